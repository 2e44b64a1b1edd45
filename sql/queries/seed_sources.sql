-- What is known of every source, for the live figures at a start.
WITH
    max(source_state.content) AS content
SELECT source_state.source AS source, toInt64(content.at) AS at, content.profile AS profile
FROM source_state
GROUP BY source_state.source
ORDER BY source
