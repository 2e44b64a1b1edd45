-- The newest content of every alias for the live figures at a start.
WITH
    max(alias_state.content) AS content
SELECT
    alias_state.source AS source,
    alias_state.raw AS raw,
    toInt64(content.at) AS at,
    if(content.unit_given, content.unit, NULL) AS unit
FROM alias_state
GROUP BY alias_state.source, alias_state.raw
ORDER BY source, raw
