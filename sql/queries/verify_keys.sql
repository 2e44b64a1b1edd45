-- Where to cut the keys into slices of about `keys` each: the last key of every slice but the last one, ascending, from
-- one key in a hundred. Parameter: keys.
WITH intDiv({keys:UInt64}, 100) AS sampled
SELECT arrayFilter((key, place) -> place % sampled = 0, ids, arrayEnumerate(ids)) AS bounds
FROM
(
    SELECT arraySort(groupArray(id)) AS ids
    FROM
    (
        SELECT id FROM dossier_state WHERE cityHash64(id) % 100 = 0
        UNION ALL
        SELECT id FROM rating_state WHERE cityHash64(id) % 100 = 0
        UNION ALL
        SELECT code FROM indicator_state WHERE cityHash64(code, unit, period) % 100 = 0
    )
)
