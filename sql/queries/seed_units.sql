-- The newest content of every unit version of every tree for the live figures at a start.
WITH
    max(unit_state.content) AS content
SELECT
    unit_state.code AS code,
    if(unit_state.valid_from = -2147483648, NULL, unit_state.valid_from) AS valid_from,
    toInt64(content.at) AS at,
    if(content.valid_to_given, content.valid_to, NULL) AS valid_to,
    if(content.parent_given, content.parent, NULL) AS parent,
    content.kind AS kind,
    content.category AS category,
    content.name_vi AS name_vi,
    if(content.name_en_given, content.name_en, NULL) AS name_en,
    if(content.short_name_given, content.short_name, NULL) AS short_name,
    content.sort_order AS sort_order,
    if(content.lat_given, content.lat, NULL) AS lat,
    if(content.lon_given, content.lon, NULL) AS lon,
    unit_state.tree AS tree
FROM unit_state
GROUP BY unit_state.tree, unit_state.code, unit_state.valid_from
ORDER BY unit_state.tree, unit_state.code, unit_state.valid_from
