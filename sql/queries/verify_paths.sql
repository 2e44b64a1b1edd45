-- The middle part of verify_units and verify_windows, after verify_rules: `unit_paths`, for each unit version the way up
-- from itself to its root as of today, `unresolved` (is_resolved 0) among them (R-22, R-23).
,
unit_edges AS
(
    SELECT
        unit_winners.code AS code,
        unit_winners.valid_from AS valid_from,
        unit_winners.winner.valid_to_given AS ends,
        unit_winners.winner.valid_to AS valid_to,
        unit_winners.winner.parent_given AS has_parent,
        ends AND valid_to < today AS ended_before,
        if(ends, valid_to, today) AS read_on,
        unit_of(versions, read_on) AS parent_read,
        (parent_read.1, if(parent_read.1, unit_winners.winner.parent, ''), parent_read.2) AS parent
    FROM unit_winners
    LEFT JOIN unit_versions ON unit_versions.code = unit_winners.winner.parent
    WHERE unit_winners.winner.tree = 'territory'
),

-- The parent of `unresolved`: the root valid today of least code, else the one that ended last; one that only begins
-- later names nothing yet (R-23).
unresolved_path AS
(
    SELECT arrayPushFront(
        arraySlice(arrayMap(root -> (true, root.3, toInt32(-root.4)), arraySort(groupArray((
            ended_before,
            if(ended_before, -toInt64(valid_to), 0),
            code,
            -toInt64(valid_from))))), 1, 1),
        (false, '', toInt32(0))) AS path
    FROM unit_edges
    WHERE NOT has_parent AND valid_from <= today
),

ways_up AS
(
    SELECT code, valid_from, [(true, code, valid_from)] AS path
    FROM unit_edges
    UNION ALL
    SELECT
        ways_up.code,
        ways_up.valid_from,
        -- a unit is not met twice: of a cycle of parents the least (code, first day) stands under `unresolved`
        if(has(path, edge.parent),
            arrayPushBack(
                arraySlice(path, 1, indexOf(path,
                    arraySort(arraySlice(path, greatest(1, indexOf(path, edge.parent))))[1])),
                (false, '', toInt32(0))),
            arrayPushBack(path, edge.parent)) AS path_further
    FROM ways_up
    INNER JOIN unit_edges AS edge ON edge.code = path[-1].2 AND edge.valid_from = path[-1].3
    WHERE path[-1].1 AND edge.has_parent
),

unit_paths AS
(
    SELECT
        true AS is_resolved,
        code AS unit_key,
        valid_from AS unit_from,
        argMax(ways_up.path, (NOT ways_up.path[-1].1, length(ways_up.path))) AS way,
        if(way[-1].1, way, arrayConcat(arrayPopBack(way), (SELECT path FROM unresolved_path))) AS path
    FROM ways_up
    GROUP BY code, valid_from
    UNION ALL
    SELECT false, '', toInt32(0), path, path
    FROM unresolved_path
)
