-- A unit version is known by (tree, code, first day): the same code may stand in several trees. The table is made anew
-- from the raw records; whatever is inserted meanwhile is in them as well, and repeating it all is harmless.
DROP VIEW IF EXISTS unit_state_view;

DROP TABLE IF EXISTS unit_state;

CREATE TABLE IF NOT EXISTS unit_state
(
    tree String,
    code String,
    valid_from Int32 COMMENT 'days since 1970-01-01; the least Int32: it always existed',
    content SimpleAggregateFunction(max, Tuple(
        at UInt64,
        valid_to_given Bool, valid_to Int32,
        parent_given Bool, parent String,
        kind UInt8,
        category String,
        name_vi String,
        name_en_given Bool, name_en String,
        short_name_given Bool, short_name String,
        sort_order Int32,
        lat_given Bool, lat Decimal(18, 6),
        lon_given Bool, lon Decimal(18, 6),
        tree String))
        COMMENT 'as before; kind: position in nation, province, district, commune, department, office, area'
)
ENGINE = AggregatingMergeTree
ORDER BY (tree, code, valid_from)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS unit_state_view TO unit_state AS
SELECT
    records.tree AS tree,
    records.key AS code,
    ifNull(toInt32(records.valid_from), toInt32(-2147483648)) AS valid_from,
    tuple(
        toUInt64(toUnixTimestamp64Milli(records.at)),
        isNotNull(records.valid_to), ifNull(toInt32(records.valid_to), 0),
        isNotNull(records.parent), ifNull(records.parent, ''),
        toUInt8(indexOf(['nation', 'province', 'district', 'commune', 'department', 'office', 'area'], records.kind) - 1),
        records.category,
        records.name_vi,
        isNotNull(records.name_en), ifNull(records.name_en, ''),
        isNotNull(records.short_name), ifNull(records.short_name, ''),
        records.sort_order,
        isNotNull(records.lat), ifNull(records.lat, 0),
        isNotNull(records.lon), ifNull(records.lon, 0),
        records.tree) AS content
FROM records
WHERE records.type = 'unit';

INSERT INTO unit_state
SELECT
    records.tree AS tree,
    records.key AS code,
    ifNull(toInt32(records.valid_from), toInt32(-2147483648)) AS valid_from,
    tuple(
        toUInt64(toUnixTimestamp64Milli(records.at)),
        isNotNull(records.valid_to), ifNull(toInt32(records.valid_to), 0),
        isNotNull(records.parent), ifNull(records.parent, ''),
        toUInt8(indexOf(['nation', 'province', 'district', 'commune', 'department', 'office', 'area'], records.kind) - 1),
        records.category,
        records.name_vi,
        isNotNull(records.name_en), ifNull(records.name_en, ''),
        isNotNull(records.short_name), ifNull(records.short_name, ''),
        records.sort_order,
        isNotNull(records.lat), ifNull(records.lat, 0),
        isNotNull(records.lon), ifNull(records.lon, 0),
        records.tree) AS content
FROM records
WHERE records.type = 'unit';
