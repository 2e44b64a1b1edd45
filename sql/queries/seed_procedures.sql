-- What is known of every version of every procedure, for the live figures at a start.
WITH
    max(procedure_state.content) AS content
SELECT
    procedure_state.code AS code,
    if(procedure_state.valid_from = -2147483648, NULL, procedure_state.valid_from) AS valid_from,
    toInt64(content.at) AS at,
    content.profile AS profile
FROM procedure_state
GROUP BY procedure_state.code, procedure_state.valid_from
ORDER BY procedure_state.code, procedure_state.valid_from
