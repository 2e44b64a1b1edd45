-- The newest entry of the calendar about every day and the week, for the live figures at a start.
WITH
    max(calendar_state.content) AS content
SELECT calendar_state.subject AS subject, toInt64(content.at) AS at, content.entry AS entry
FROM calendar_state
GROUP BY calendar_state.subject
ORDER BY subject
