-- The last part after verify_rules: what the rules say of the dossiers of one source, for finding the dossier behind a
-- difference. Parameters besides those of verify_rules: source. -1 stands for "none".
SELECT
    id,
    toBool(is_resolved) AS is_resolved,
    unit_key,
    unit_from,
    toBool(accepted) AS accepted,
    if(accepted, taken_on, none) AS taken_on,
    if(accepted AND is_finished, finish, none) AS finish,
    if(due_instant = forever, none, due_instant) AS due,
    toBool(due_instant = forever) AS due_open,
    if(overdue_from = forever, none, overdue_from) AS overdue_from,
    rescheduled_at AS rescheduled_at,
    finish_class
FROM judged
WHERE source = {source:String}
ORDER BY id
