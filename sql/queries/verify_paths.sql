-- The middle part of verify_units and verify_windows, after verify_hierarchy: `unit_paths`, for each hierarchy (0 now,
-- 1 was) and unit version the way up from itself to its root as of today, `unresolved` among them (R-22, R-23), and
-- `counted_under`, every unit under which the dossiers directly under a unit of the territory count (R-24).
,
parents_read AS
(
    SELECT
        unit_versions.unit AS unit,
        unit_versions.is_territory AS is_territory,
        unit_versions.parent_given AS parent_given,
        step_on(tree_codes.steps, unit_versions.read_on).2 AS as_it_was,
        if(is_territory, step_on(codes.steps, unit_versions.read_on).3, as_it_was) AS as_it_is
    FROM unit_versions
    LEFT JOIN codes_read AS tree_codes
        ON tree_codes.code = unit_versions.parent_code AND tree_codes.tree = unit_versions.tree
    LEFT JOIN territory_codes AS codes ON codes.code = unit_versions.parent_code
),

unit_edges AS
(
    SELECT
        arrayJoin([(0, as_it_is), (1, as_it_was)]) AS read,
        read.1 AS hierarchy,
        unit,
        is_territory,
        read.2 AS parent,
        -- a unit that mapping would put under itself is a root, and so is one of another tree whose parent no one knows
        parent_given
            AND NOT (is_territory AND parent = unit AND as_it_was != unit)
            AND (is_territory OR parent != 0) AS has_parent
    FROM parents_read
),

-- The parent of `unresolved`: the root valid today of least code, else the one that ended last; one that only begins
-- later names nothing yet (R-23). In both hierarchies alike.
unresolved_path AS
(
    SELECT arrayPushFront(
        arraySlice(arrayMap(root -> root.4, arraySort(groupArray((
            valid_to < today,
            if(valid_to < today, -toInt64(valid_to), 0),
            (code, -toInt64(valid_from)),
            unit)))), 1, 1),
        toUInt32(0)) AS path
    FROM unit_versions
    WHERE is_territory AND NOT parent_given AND valid_from <= today
),

ways_up AS
(
    SELECT hierarchy, unit, is_territory, [unit] AS path, false AS is_cut
    FROM unit_edges
    UNION ALL
    SELECT
        ways_up.hierarchy,
        ways_up.unit,
        ways_up.is_territory,
        -- a unit is not met twice: of a circle of parents the least stands under `unresolved`, in another tree alone
        if(has(path, edge.parent),
            arraySlice(path, 1, indexOf(path, arrayMin(arraySlice(path, greatest(1, indexOf(path, edge.parent)))))),
            if(edge.parent = 0, path, arrayPushBack(path, edge.parent))) AS path_further,
        has(path, edge.parent) OR edge.parent = 0 AS is_cut_now
    FROM ways_up
    INNER JOIN unit_edges AS edge ON edge.hierarchy = ways_up.hierarchy AND edge.unit = path[-1]
    WHERE NOT ways_up.is_cut AND edge.has_parent
),

unit_paths AS
(
    SELECT
        hierarchy,
        unit,
        argMax((ways_up.path, is_cut), (is_cut, length(ways_up.path))) AS way,
        arrayConcat(way.1, if(way.2 AND any(is_territory), (SELECT path FROM unresolved_path), [])) AS path
    FROM ways_up
    GROUP BY hierarchy, unit
    UNION ALL
    SELECT arrayJoin([0, 1]) AS hierarchy, toUInt32(0), (path, false), path
    FROM unresolved_path
),

-- Which unit of another tree a unit of the territory is: its code read there on its own last valid day.
members AS
(
    SELECT unit_versions.unit AS unit, step_on(codes_read.steps, unit_versions.read_on).2 AS member
    FROM unit_versions
    INNER JOIN codes_read ON codes_read.code = unit_versions.code
    WHERE unit_versions.is_territory AND codes_read.tree != 'territory' AND member != 0
),

counted_under AS
(
    SELECT hierarchy, unit, path
    FROM unit_paths
    UNION ALL
    SELECT unit_paths.hierarchy, members.unit, unit_paths.path
    FROM members
    INNER JOIN unit_paths ON unit_paths.unit = members.member
)
