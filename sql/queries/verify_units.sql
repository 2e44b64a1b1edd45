-- The last part after verify_rules and verify_paths: each unit version with the way up to its root as of today.
SELECT path
FROM unit_paths
ORDER BY is_resolved, unit_key, unit_from
