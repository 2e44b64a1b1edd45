-- When each source was last heard.
SELECT source_contact.source AS source, toInt64(max(source_contact.at)) AS at
FROM source_contact
GROUP BY source
ORDER BY source
