-- The last part after verify_hierarchy and verify_rules: what the rules say of the dossiers of one source, for finding the
-- dossier behind a difference. Parameters besides theirs: source. -1 stands for "none"; `units` has (tree, code, first day)
-- for each perspective.
SELECT
    id,
    arrayMap(unit -> names.named[unit + 1], units) AS units,
    toBool(accepted) AS accepted,
    if(accepted, taken_on, none) AS taken_on,
    if(accepted AND is_finished, finish, none) AS finish,
    if(due_instant = forever, none, due_instant) AS due,
    toBool(due_instant = forever) AS due_open,
    if(overdue_from = forever, none, overdue_from) AS overdue_from,
    rescheduled_at AS rescheduled_at,
    finish_class
FROM judged
CROSS JOIN
(
    SELECT arrayPushFront(arrayMap(version -> (version.2, version.3, version.4),
        arraySort(groupArray((unit, tree, code, valid_from)))), ('', '', toInt32(0))) AS named
    FROM unit_versions
) AS names
WHERE source = {source:String}
ORDER BY id
