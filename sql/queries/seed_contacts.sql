-- When each source was last heard; what people give has no source and is no sign of life of one.
SELECT source_contact.source AS source, toInt64(max(source_contact.at)) AS at
FROM source_contact
WHERE source_contact.source != ''
GROUP BY source
ORDER BY source
