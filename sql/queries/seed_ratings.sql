-- Every rating's state for the live figures at a start, folded as in seed_dossiers. Must stream in bounded memory.
WITH
    register -> (
        toInt64(reinterpretAsUInt64(reverse(substring(register, 1, 6)))),
        if(substring(register, 7, 1) = '\x01', CAST(substring(register, 8), 'Nullable(String)'), NULL)) AS text,
    register -> if(substring(register, 1, 6) = repeat('\xff', 6), (toInt64(0), ''), (
        toInt64(reinterpretAsUInt64(reverse(substring(register, 1, 6)))), substring(register, 7))) AS first_code
SELECT
    rating_state.source AS source,
    rating_state.id AS id,
    text(max(rating_state.unit)) AS unit,
    first_code(min(rating_state.unit_first)) AS unit_first,
    (
        toInt64(bitShiftRight(max(rating_state.score), 9)),
        if(bitTest(max(rating_state.score), 8),
            CAST(toUInt8(bitAnd(max(rating_state.score), 255)), 'Nullable(UInt8)'), NULL)
    ) AS score,
    text(max(rating_state.dossier)) AS dossier,
    text(max(rating_state.channel)) AS channel
FROM rating_state
GROUP BY source, id
SETTINGS optimize_aggregation_in_order = 1
