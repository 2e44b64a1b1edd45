-- About how many keys there are to refold: rows of the state tables, merged or not.
SELECT sum(state_rows)
FROM
(
    SELECT count() AS state_rows FROM dossier_state
    UNION ALL
    SELECT count() FROM rating_state
    UNION ALL
    SELECT count() FROM indicator_state
)
