-- Raw records folded again, with argMax over nullable columns and none of the state tables' scalars, beside the folded
-- state: every key and register that differs, at most 1,000. A register reads as (at in ms, value), "at" 0 when it was
-- never given.
-- Parameters: after and upto: only keys behind the one and not behind the other (none when empty), so that memory is
-- bounded by a slice and a slice is read by the primary index.
WITH
    key -> ({after:String} = '' OR key > {after:String}) AND ({upto:String} = '' OR key <= {upto:String}) AS in_slice,
    at -> toUnixTimestamp64Milli(at) AS ms,
    value -> if(isNull(value), NULL, toUnixTimestamp64Milli(assumeNotNull(value))) AS ms_or_null,
    (bit, value, least) -> toString(argMaxIf((ms(records.at), value),
        (ms(records.at), isNotNull(value), ifNull(value, least)), bitTest(records.given, bit))) AS newest,
    (bit, value) -> newest(bit, ms_or_null(value), toInt64(0)) AS newest_instant,

    register -> toString(if(register = '', (toInt64(0), CAST(NULL, 'Nullable(String)')), (
        toInt64(reinterpretAsUInt64(reverse(substring(register, 1, 6)))),
        if(substring(register, 7, 1) = char(1), substring(register, 8), NULL)))) AS text,
    register -> toString((toInt64(reinterpretAsUInt64(reverse(substring(register, 1, 6)))), substring(register, 8)))
        AS code,
    register -> if(substring(register, 1, 6) = repeat('\xff', 6), '', toString((
        toInt64(reinterpretAsUInt64(reverse(substring(register, 1, 6)))), substring(register, 7)))) AS first_code,
    register -> (toInt64(bitShiftRight(register, 9)),
        if(bitTest(register, 8), toUInt8(bitAnd(register, 255)), NULL)) AS small_pair,
    register -> toString(small_pair(register)) AS small,
    register -> (toInt64(bitShiftRight(register, 49)),
        if(bitTest(toUInt64(bitShiftRight(register, 48)), 0), toInt64(bitAnd(register, 281474976710655)), NULL))
        AS instant_pair,
    register -> toString(instant_pair(register)) AS instant,
    register -> toString((toInt64(bitShiftRight(register, 65)),
        if(bitAnd(bitShiftRight(register, 64), 1) = 1,
            CAST(toInt64(toInt128(bitAnd(register, 18446744073709551615)) - 9223372036854775808), 'Nullable(Int64)'),
            NULL))) AS decimal,
    value -> if(isNull(value), NULL, reinterpretAsInt64(assumeNotNull(value))) AS millionths,

    (kinds, froms, tos) -> toString(arrayMap(
        id -> (id, small_pair(kinds[id]), instant_pair(froms[id]), instant_pair(tos[id])),
        arraySlice(arraySort(mapKeys(froms)), 1, 64))) AS pause_list,
    ['nation', 'province', 'district', 'commune', 'department', 'office', 'area'] AS unit_kinds,
    content -> toString((
        toInt64(content.at), if(content.valid_to_given, content.valid_to, NULL),
        if(content.parent_given, content.parent, NULL), unit_kinds[content.kind + 1], content.category, content.name_vi,
        if(content.name_en_given, content.name_en, NULL), if(content.short_name_given, content.short_name, NULL),
        content.sort_order, if(content.lat_given, reinterpretAsInt64(content.lat), NULL),
        if(content.lon_given, reinterpretAsInt64(content.lon), NULL))) AS unit_content,
    content -> toString((toInt64(content.at), reinterpretAsInt64(content.share), content.is_default))
        AS succession_content,
    content -> toString((toInt64(content.at), if(content.unit_given, content.unit, NULL))) AS alias_content,

    ['registered', 'accepted', 'processing', 'supplement_requested', 'payment_requested', 'refused', 'withdrawn',
        'stopped', 'done', 'delivered'] AS status_names,
    map(
        'dossier', ['unit', 'unit_first', 'procedure', 'field', 'channel', 'received_by', 'received_by_first', 'holder',
            'filed_at', 'received_at', 'finished_at', 'digitised', 'electronic_result', 'reused_data', 'payable',
            'paid_online', 'late_cause', 'void', 'statuses', 'due', 'pauses'],
        'rating', ['unit', 'unit_first', 'score', 'dossier', 'channel'],
        'indicator', ['numerator', 'denominator', 'value', 'declared', 'source'],
        'unit', ['content'],
        'succession', ['content'],
        'alias', ['content'],
        'source', ['content'],
        'procedure', ['content'],
        'calendar', ['content'],
        'contact', ['at']) AS register_names,

raw_pauses AS
(
    SELECT
        records.source AS source,
        records.key AS id,
        pauses.id AS pause_id,
        (
            pause_id,
            argMaxIf((ms(records.at), if(isNull(pauses.kind), NULL, toUInt8(pauses.kind = 'supplement'))),
                (ms(records.at), isNotNull(pauses.kind), toString(ifNull(pauses.kind, ''))), bitTest(pauses.given, 0)),
            argMaxIf((ms(records.at), ms_or_null(pauses.from)),
                (ms(records.at), isNotNull(pauses.from), ifNull(ms_or_null(pauses.from), 0)), bitTest(pauses.given, 1)),
            argMaxIf((ms(records.at), ms_or_null(pauses.to)),
                (ms(records.at), isNotNull(pauses.to), ifNull(ms_or_null(pauses.to), 0)), bitTest(pauses.given, 2))
        ) AS folded_pause
    FROM records
    ARRAY JOIN pauses
    WHERE records.type = 'dossier' AND in_slice(records.key)
    GROUP BY source, id, pause_id
),

-- R-5: the 64 least ids
raw_pause_lists AS
(
    SELECT source, id, toString(arraySlice(arraySort(groupArray(folded_pause)), 1, 64)) AS pauses
    FROM raw_pauses
    GROUP BY source, id
),

raw_dossiers AS
(
    SELECT
        records.source AS source,
        records.key AS id,
        groupUniqArrayIf((records.status, ms(records.at)), records.status != '') AS seen,
        groupUniqArrayIf((ms(records.at), ms_or_null(records.due_at)), bitTest(records.given, 7)) AS due_given,
        [
            toString(maxIf((ms(records.at), records.unit), records.unit != '')),
            if(countIf(records.unit != '') = 0, '', toString(minIf((ms(records.at), records.unit), records.unit != ''))),
            newest(0, records.procedure, ''),
            newest(1, records.field, ''),
            newest(2, if(isNull(records.channel), NULL,
                toUInt8(records.channel != 'counter') + toUInt8(records.channel = 'post')), 0),
            newest(3, records.received_by, ''),
            if(countIf(isNotNull(records.received_by)) = 0, '', toString(minIf(
                (ms(records.at), ifNull(records.received_by, '')), isNotNull(records.received_by)))),
            newest(4, records.holder, ''),
            newest_instant(5, records.filed_at),
            newest_instant(6, records.dossier_received_at),
            newest_instant(8, records.finished_at),
            newest(9, toUInt8(records.digitised), 0),
            newest(10, toUInt8(records.electronic_result), 0),
            newest(11, toUInt8(records.reused_data), 0),
            newest(12, toUInt8(records.payable), 0),
            newest(13, toUInt8(records.paid_online), 0),
            newest(14, records.late_cause, ''),
            newest(15, records.void, ''),
            -- R-4: least and greatest at of every status seen
            toString(arrayFilter(status -> status.2 != 0, arrayMap(name -> (
                name,
                arrayMin(arrayMap(status -> status.2, arrayFilter(status -> status.1 = name, seen))),
                arrayMax(arrayMap(status -> status.2, arrayFilter(status -> status.1 = name, seen)))), status_names))),
            -- R-5: one value per at, a value before null, then the greatest; the 64 least ats
            toString(arraySlice(arrayMap(due_at -> (
                due_at,
                arrayReduce('max', arrayMap(due -> due.2, arrayFilter(due -> due.1 = due_at, due_given)))),
                arraySort(arrayDistinct(arrayMap(due -> due.1, due_given)))), 1, 64))
        ] AS registers
    FROM records
    WHERE records.type = 'dossier' AND in_slice(records.key)
    GROUP BY source, id
),

raw AS
(
    SELECT
        'dossier' AS type,
        [raw_dossiers.source, raw_dossiers.id] AS key,
        arrayPushBack(registers, if(pauses = '', '[]', pauses)) AS renderings
    FROM raw_dossiers
    LEFT JOIN raw_pause_lists USING (source, id)
    UNION ALL
    SELECT
        'rating',
        [records.source, records.key],
        [
            toString(max((ms(records.at), records.unit))),
            toString(min((ms(records.at), records.unit))),
            newest(16, records.score, 0),
            newest(17, records.dossier, ''),
            newest(2, records.channel, '')
        ]
    FROM records
    WHERE records.type = 'rating' AND in_slice(records.key)
    GROUP BY records.source, records.key
    UNION ALL
    SELECT
        'indicator',
        [records.key, records.unit, records.period],
        [
            newest(18, millionths(records.numerator), 0),
            newest(19, millionths(records.denominator), 0),
            newest(20, millionths(records.value), 0),
            newest(21, millionths(records.declared), 0),
            toString(max((ms(records.at), records.source)))
        ]
    FROM records
    WHERE records.type = 'indicator' AND in_slice(records.key)
    GROUP BY records.key, records.unit, records.period
    UNION ALL
    SELECT
        'unit',
        [toString(records.tree), records.key, toString(ifNull(toInt32(records.valid_from), toInt32(-2147483648)))],
        [toString(argMax(
            (ms(records.at), toInt32(records.valid_to), records.parent, toString(records.kind), records.category,
                records.name_vi, records.name_en, records.short_name, records.sort_order, millionths(records.lat),
                millionths(records.lon)),
            (ms(records.at),
                (isNotNull(records.valid_to), ifNull(toInt32(records.valid_to), 0)),
                (isNotNull(records.parent), ifNull(records.parent, '')),
                indexOf(unit_kinds, records.kind),
                records.category,
                records.name_vi,
                (isNotNull(records.name_en), ifNull(records.name_en, '')),
                (isNotNull(records.short_name), ifNull(records.short_name, '')),
                records.sort_order,
                (isNotNull(records.lat), ifNull(records.lat, 0)),
                (isNotNull(records.lon), ifNull(records.lon, 0)))))]
    FROM records
    WHERE records.type = 'unit' AND in_slice(records.key)
    GROUP BY records.tree, records.key, records.valid_from
    UNION ALL
    SELECT
        'succession',
        [records.key, records.unit, toString(ifNull(toInt32(records.valid_from), 0))],
        [toString(argMax(
            (ms(records.at), millionths(records.share), records.is_default),
            (ms(records.at), ifNull(millionths(records.share), 0), records.is_default)))]
    FROM records
    WHERE records.type = 'succession' AND in_slice(records.key)
    GROUP BY records.key, records.unit, records.valid_from
    UNION ALL
    SELECT
        'alias',
        [records.source, records.key],
        [toString(argMax(
            (ms(records.at), records.meant),
            (ms(records.at), isNotNull(records.meant), ifNull(records.meant, ''))))]
    FROM records
    WHERE records.type = 'alias' AND in_slice(records.key)
    GROUP BY records.source, records.key
    UNION ALL
    SELECT
        'source',
        [records.source],
        [toString(argMax((ms(records.at), records.profile), (ms(records.at), records.profile)))]
    FROM records
    WHERE records.type = 'source' AND in_slice(records.source)
    GROUP BY records.source
    UNION ALL
    SELECT
        toString(records.type),
        if(records.type = 'calendar', [records.key],
            [records.key, toString(ifNull(toInt32(records.valid_from), toInt32(-2147483648)))]),
        [toString(argMax((ms(records.at), records.profile), (ms(records.at), records.profile)))]
    FROM records
    WHERE records.type IN ('procedure', 'calendar') AND in_slice(records.key)
    GROUP BY records.type, records.key, records.valid_from
    UNION ALL
    SELECT 'contact', [records.source], [toString(max(ms(records.received_at)))]
    FROM records
    WHERE records.type NOT IN ('unit', 'succession', 'alias', 'source', 'procedure', 'calendar')
        AND in_slice(records.source)
    GROUP BY records.source
),

state AS
(
    SELECT
        'dossier' AS type,
        [dossier_state.source, dossier_state.id] AS key,
        arraySort(groupUniqArrayArray(dossier_state.due)) AS due_scalars,
        [
            code(max(dossier_state.unit)),
            first_code(min(dossier_state.unit_first)),
            text(max(dossier_state.procedure)),
            text(max(dossier_state.field)),
            small(max(dossier_state.channel)),
            text(max(dossier_state.received_by)),
            first_code(min(dossier_state.received_by_first)),
            text(max(dossier_state.holder)),
            instant(max(dossier_state.filed_at)),
            instant(max(dossier_state.received_at)),
            instant(max(dossier_state.finished_at)),
            small(max(dossier_state.digitised)),
            small(max(dossier_state.electronic_result)),
            small(max(dossier_state.reused_data)),
            small(max(dossier_state.payable)),
            small(max(dossier_state.paid_online)),
            text(max(dossier_state.late_cause)),
            text(max(dossier_state.void)),
            toString(arrayFilter(status -> status.3 != 0, arrayZip(status_names, [
                toInt64(min(dossier_state.registered_first)), toInt64(min(dossier_state.accepted_first)),
                toInt64(min(dossier_state.processing_first)), toInt64(min(dossier_state.supplement_requested_first)),
                toInt64(min(dossier_state.payment_requested_first)), toInt64(min(dossier_state.refused_first)),
                toInt64(min(dossier_state.withdrawn_first)), toInt64(min(dossier_state.stopped_first)),
                toInt64(min(dossier_state.done_first)), toInt64(min(dossier_state.delivered_first))
            ], [
                toInt64(max(dossier_state.registered_last)), toInt64(max(dossier_state.accepted_last)),
                toInt64(max(dossier_state.processing_last)), toInt64(max(dossier_state.supplement_requested_last)),
                toInt64(max(dossier_state.payment_requested_last)), toInt64(max(dossier_state.refused_last)),
                toInt64(max(dossier_state.withdrawn_last)), toInt64(max(dossier_state.stopped_last)),
                toInt64(max(dossier_state.done_last)), toInt64(max(dossier_state.delivered_last))
            ]))),
            toString(arraySlice(arrayMap(scalar -> instant_pair(scalar), arrayFilter(
                (scalar, next) -> instant_pair(scalar).1 != instant_pair(next).1,
                due_scalars, arraySlice(arrayPushBack(due_scalars, toUInt128(0)), 2))), 1, 64)),
            pause_list(maxMap(dossier_state.pause_kind), maxMap(dossier_state.pause_from), maxMap(dossier_state.pause_to))
        ] AS renderings
    FROM dossier_state
    WHERE in_slice(dossier_state.id)
    GROUP BY dossier_state.source, dossier_state.id
    UNION ALL
    SELECT
        'rating',
        [rating_state.source, rating_state.id],
        [],
        [
            code(max(rating_state.unit)),
            first_code(min(rating_state.unit_first)),
            small(max(rating_state.score)),
            text(max(rating_state.dossier)),
            text(max(rating_state.channel))
        ]
    FROM rating_state
    WHERE in_slice(rating_state.id)
    GROUP BY rating_state.source, rating_state.id
    UNION ALL
    SELECT
        'indicator',
        [indicator_state.code, indicator_state.unit, indicator_state.period],
        [],
        [
            decimal(max(indicator_state.numerator)),
            decimal(max(indicator_state.denominator)),
            decimal(max(indicator_state.value)),
            decimal(max(indicator_state.declared)),
            code(max(indicator_state.source))
        ]
    FROM indicator_state
    WHERE in_slice(indicator_state.code)
    GROUP BY indicator_state.code, indicator_state.unit, indicator_state.period
    UNION ALL
    SELECT
        'unit',
        [unit_state.tree, unit_state.code, toString(unit_state.valid_from)],
        [],
        [unit_content(max(unit_state.content))]
    FROM unit_state
    WHERE in_slice(unit_state.code)
    GROUP BY unit_state.tree, unit_state.code, unit_state.valid_from
    UNION ALL
    SELECT
        'succession',
        [succession_state.old, succession_state.new, toString(succession_state.effective)],
        [],
        [succession_content(max(succession_state.content))]
    FROM succession_state
    WHERE in_slice(succession_state.old)
    GROUP BY succession_state.old, succession_state.new, succession_state.effective
    UNION ALL
    SELECT
        'alias',
        [alias_state.source, alias_state.raw],
        [],
        [alias_content(max(alias_state.content))]
    FROM alias_state
    WHERE in_slice(alias_state.raw)
    GROUP BY alias_state.source, alias_state.raw
    UNION ALL
    SELECT
        'source',
        [source_state.source],
        [],
        [toString((toInt64(max(source_state.content).at), max(source_state.content).profile))]
    FROM source_state
    WHERE in_slice(source_state.source)
    GROUP BY source_state.source
    UNION ALL
    SELECT
        'procedure',
        [procedure_state.code, toString(procedure_state.valid_from)],
        [],
        [toString((toInt64(max(procedure_state.content).at), max(procedure_state.content).profile))]
    FROM procedure_state
    WHERE in_slice(procedure_state.code)
    GROUP BY procedure_state.code, procedure_state.valid_from
    UNION ALL
    SELECT
        'calendar',
        [calendar_state.subject],
        [],
        [toString((toInt64(max(calendar_state.content).at), max(calendar_state.content).entry))]
    FROM calendar_state
    WHERE in_slice(calendar_state.subject)
    GROUP BY calendar_state.subject
    UNION ALL
    SELECT 'contact', [source_contact.source], [], [toString(max(source_contact.at))]
    FROM source_contact
    -- what people give has no source
    WHERE source_contact.source != '' AND in_slice(source_contact.source)
    GROUP BY source_contact.source
)

SELECT
    type,
    key,
    difference.1 AS register,
    difference.2 AS from_records,
    difference.3 AS from_state
FROM
(
    SELECT
        if(empty(raw.key), state.type, raw.type) AS type,
        if(empty(raw.key), state.key, raw.key) AS key,
        arrayJoin(arrayFilter(register -> register.2 != register.3, arrayZip(
            register_names[type],
            arrayResize(raw.renderings, length(register_names[type])),
            arrayResize(state.renderings, length(register_names[type]))))) AS difference
    FROM raw
    FULL OUTER JOIN state ON raw.type = state.type AND raw.key = state.key
)
ORDER BY type, key, register
LIMIT 1000
