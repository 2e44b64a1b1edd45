-- The newest content of every succession for the live figures at a start; shares in millionths.
WITH
    max(succession_state.content) AS content
SELECT
    succession_state.old AS old,
    succession_state.new AS new,
    succession_state.effective AS effective,
    toInt64(content.at) AS at,
    reinterpretAsInt64(content.share) AS share,
    content.is_default AS is_default
FROM succession_state
GROUP BY succession_state.old, succession_state.new, succession_state.effective
ORDER BY old, new, effective
