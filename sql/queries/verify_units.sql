-- The last part after verify_hierarchy and verify_paths: each unit version of each tree with the way up to its root as of
-- today, in both hierarchies.
SELECT
    toUInt8(hierarchy) AS hierarchy,
    arrayMap(step -> (step.2, step.3, step.4), arraySort(groupArray((position, tree, code, valid_from)))) AS path
FROM
(
    SELECT hierarchy, unit AS start, path_unit, position
    FROM unit_paths
    ARRAY JOIN path AS path_unit, arrayEnumerate(path) AS position
) AS steps
LEFT JOIN unit_versions ON unit_versions.unit = steps.path_unit
GROUP BY hierarchy, start
ORDER BY hierarchy, start
