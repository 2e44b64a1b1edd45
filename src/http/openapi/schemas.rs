//! The table of shapes. What may grow is left open; what a client relies on is required.

use serde_json::{Map, Value, json};

/// Every shape by name.
pub(super) fn schemas() -> Map<String, Value> {
    let (reports, procedures) = (super::reports::schemas(), super::procedures::schemas());
    let (indicators, imports) = (super::indicators::schemas(), super::imports::schemas());
    let (returns, totals) = (super::returns::schemas(), super::totals::schemas());
    let (compared, screens) = (super::reconcile::schemas(), super::screens::schemas());
    let (alerts, geometry) = (super::alerts::schemas(), super::geometry::schemas());
    let runs = super::printed::schemas();
    let parts = [common(), records(), units(), links(), figures(), reports, procedures];
    let parts =
        parts.into_iter().chain([indicators, imports, returns, totals, compared, screens, alerts, geometry, runs]);
    parts.flat_map(|part| part.as_object().cloned().unwrap_or_default()).collect()
}

pub(super) fn shape(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// An object that has at least these members.
pub(super) fn object(members: Value) -> Value {
    let names: Vec<&String> = members.as_object().into_iter().flat_map(Map::keys).collect();
    json!({"type": "object", "required": names, "properties": members})
}

fn text() -> Value {
    json!({"type": "string"})
}

pub(super) fn text_or_null() -> Value {
    json!({"type": ["string", "null"]})
}

pub(super) fn count() -> Value {
    json!({"type": "integer", "minimum": 0})
}

pub(super) fn instant() -> Value {
    json!({"type": "string", "format": "date-time"})
}

fn common() -> Value {
    json!({
        "Problem": object(json!({
            "type": text(), "title": text(), "status": {"type": "integer"}, "code": text(), "detail": text()
        })),
        "Words": object(json!({"vi": text(), "en": text()})),
        "Ready": {"type": "object", "required": ["ready"], "properties": {
            "ready": {"type": "boolean"},
            "degraded": {"type": "object", "additionalProperties": text()},
            "components": {"type": "object", "additionalProperties": {
                "type": "object",
                "required": ["state"],
                "properties": {"state": {"type": "string", "enum": ["ok", "degraded", "not_ready"]}, "reason": text()}
            }},
            "catalogue": text()
        }},
        "Tokens": object(json!({"tokens": {"type": "array", "items": object(json!({
            "id": text(), "label": text(), "role": text(), "unit": text_or_null(), "bound_on": text_or_null(),
            "source": text_or_null(), "state": text(), "created_at": instant(), "expires_at": text_or_null(),
            "revoked_at": text_or_null(), "last_used_at": text_or_null()
        }))}})),
        "Reloaded": object(json!({
            "catalogue": text(), "changed": {"type": "boolean"},
            "origin": {"type": "string", "enum": ["folder", "program"]},
            "kpis": {"type": "array", "items": text()}, "boards": {"type": "array", "items": text()}
        })),
        "Report": object(json!({
            "agree": {"type": "boolean"}, "seq": count(), "instant": instant(), "node": text(), "compared": count(),
            "took_ms": count(), "difference_count": count(),
            "differences": {"type": "array", "maxItems": 1000, "items": object(json!({
                "check": text(), "unit": text(), "when": text(), "measure": text(), "cube": text(), "sql": text()
            }))}
        }))
    })
}

fn records() -> Value {
    json!({
        "Record": super::kit::record(),
        "BackfillMark": object(json!({"source": text(), "since": instant()})),
        "EventsAnswer": {
            "type": "object",
            "required": ["received", "accepted", "rejected", "rejections", "node"],
            "properties": {
                "received": count(), "accepted": count(), "rejected": count(),
                "rejections": {"type": "array", "maxItems": 1000, "items": shape("Rejection")},
                "seq": {"type": "integer", "minimum": 0, "description": "Of the last record; absent in a dry run"},
                "node": text(),
                "dry_run": {"type": "boolean"},
                "void": object(json!({
                    "records": count(), "dossiers": count(), "ids": {"type": "array", "items": text()}
                })),
                "revived": object(json!({"dossiers": count(), "kept_void": count(), "kept_void_list": {"type": "array"}}))
            }
        },
        "PortalMessage": {
            "type": "object",
            "description": "Dossiers in the portal's own fields (all texts); other fields, those of persons among them, are never read",
            "required": ["service", "data"],
            "properties": {
                "service": {"type": "string", "enum": ["DongBoHoSoMC", "CapNhatTienDoHoSoMC"]},
                "madonvi": text(),
                "data": {"type": "array", "maxItems": 10000, "items": {"type": "object"}}
            }
        },
        "PortalAnswer": {
            "type": "object",
            "required": ["error_code", "message", "received", "accepted", "rejected", "rejections", "node"],
            "properties": {
                "error_code": {"type": "string", "enum": ["00", "01"]}, "message": text(),
                "received": count(), "accepted": count(), "rejected": count(),
                "rejections": {"type": "array", "maxItems": 1000, "items": shape("Rejection")},
                "seq": {"type": "integer", "minimum": 0, "description": "Of the last record; absent in a dry run"},
                "node": text(),
                "dry_run": {"type": "boolean"}
            }
        },
        "Rejection": object(json!({"line": {"type": "integer", "minimum": 1}, "pointer": text(), "code": text(), "reason": text()}))
    })
}

fn units() -> Value {
    let places = json!({"type": "object", "additionalProperties": object(json!({
        "x": count(), "y": count(), "w": count(), "h": count()
    }))});
    json!({
        "UnitRow": object(json!({
            "code": text(), "parent": text_or_null(),
            "kind": {"type": "string", "enum": ["nation", "province", "district", "commune", "department", "office", "area"]},
            "category": text(), "name_vi": text(), "name_en": text_or_null(), "short_name": text_or_null(),
            "sort_order": {"type": "integer"}, "valid_from": text_or_null(), "valid_to": text_or_null(),
            "lat": {"type": ["number", "null"]}, "lon": {"type": ["number", "null"]}, "tree": text()
        })),
        "Units": object(json!({
            "on": {"type": "string", "format": "date"}, "seq": count(),
            "units": {"type": "array", "items": shape("UnitRow")}
        })),
        "Unit": object(json!({
            "on": {"type": "string", "format": "date"}, "seq": count(), "stale_code": {"type": "boolean"},
            "unit": shape("UnitRow"),
            "above": {"type": "array", "items": shape("UnitRow")},
            "children": {"type": "array", "items": shape("UnitRow")}
        })),
        "Board": object(json!({
            "id": text(), "build": text(), "title": shape("Words"), "demo": {"type": "boolean"}, "timezone": text(),
            "unit": object(json!({"code": text(), "name": text(), "short_name": text(), "office": shape("Words")})),
            "panels": {"type": "array", "items": {
                "type": "object",
                "required": ["id", "kind", "title"],
                "properties": {"id": text(), "kind": text(), "title": shape("Words"), "kpi": text()}
            }},
            "layouts": {"type": "object", "properties": {"portrait": places, "wide": places}}
        }))
    })
}

fn links() -> Value {
    let list = |name: &str| json!({"type": "array", "items": shape(name)});
    let row = object(json!({"measures": shape("ShownMeasures"), "kpis": shape("KpiFigures")}));
    json!({
        "Successions": object(json!({"seq": count(), "successions": list("Succession")})),
        "Succession": object(json!({
            "old": text(), "new": text(), "share": {"type": "number"}, "effective": {"type": "string", "format": "date"},
            "default": {"type": "boolean"}
        })),
        "Aliases": object(json!({"seq": count(), "aliases": list("Alias")})),
        "Alias": object(json!({"source": text(), "raw": text(), "unit": text(), "known": {"type": "boolean"}})),
        "Rejects": object(json!({"rejects": list("Reject"), "next": {"type": ["integer", "null"]}})),
        "Reject": object(json!({
            "id": count(), "source": text(), "refused_at": instant(), "times": count(), "line": count(),
            "pointer": text(), "code": text(), "reason": text(), "sha256": text(), "kept": {"type": "object"},
            "withheld": {"type": "array", "items": text()}, "unknown": {"type": "array", "items": text()},
            "whole": {"type": "boolean"}
        })),
        "Sources": object(json!({"as_of": instant(), "seq": count(), "node": text(), "sources": list("Source")})),
        "Source": object(json!({"source": text(), "system": text_or_null(), "units": {"type": "array", "items": text()},
            "totals": shape("TotalsSummary")})),
        "Freshness": object(json!({"as_of": instant(), "seq": count(), "node": text(), "sources": list("Fresh")})),
        "Fresh": object(json!({"source": text(), "state": text(), "last_contact": text_or_null(),
            "totals": shape("TotalsSummary")})),
        "Mended": object(json!({"seq": count(), "node": text()})),
        "Replayed": object(json!({"replayed": count(), "refused": count(), "incomplete": count(), "node": text()})),
        "Breakdown": super::kit::marked(object(json!({
            "unit": text(), "name": text(), "scheme": text(), "as_of": instant(), "seq": count(), "by": text(),
            "ended": shape("Ended"), "measures": shape("ShownMeasures"), "compare": shape("Comparisons"),
            "kpis": shape("KpiFigures"), "rows": {"type": "array", "items": row}
        }))),
        "Quality": object(json!({
            "unit": text(), "name": text(), "as_of": instant(), "seq": count(),
            "labels": {"type": "object", "additionalProperties": shape("Words")},
            "rows": {"type": "array", "items": object(json!({
                "source": text(), "dossiers": count(), "marked": count(),
                "marks": {"type": "object", "additionalProperties": count()}
            }))}
        })),
        "Dossiers": object(json!({
            "unit": text(), "name": text(), "scheme": text(), "as_of": instant(), "seq": count(), "measure": text(), "list": text(),
            "total": {"type": "integer"}, "count": count(), "rows": {"type": "array", "items": {"type": "object"}},
            "cursor": text_or_null()
        }))
    })
}

fn figures() -> Value {
    let ratio = json!({"type": ["number", "null"]});
    json!({
        "Measures": {"type": "object", "additionalProperties": {"type": "integer"}},
        // Null each: the unit can have no figures in the window, which isn't 0.
        "ShownMeasures": {"type": "object", "additionalProperties": {"type": ["integer", "null"]}},
        "Ended": {"type": ["object", "null"], "properties": {
            "on": {"type": "string", "format": "date"},
            "succeeded_by": {"type": ["object", "null"], "properties": {"unit": text(), "name": text()}}
        }},
        "Comparisons": {"type": ["object", "null"], "properties": {
            "previous": shape("Comparison"), "same_period_last_year": shape("Comparison")
        }},
        "Comparison": {"type": ["object", "null"], "properties": {
            "window": object(json!({"from": {"type": "string", "format": "date"}, "to": {"type": "string", "format": "date"}})),
            "across": {"type": ["string", "null"], "format": "date"},
            "measures": shape("Measures"), "kpis": {"type": "object"}
        }},
        "KpiFigure": object(json!({
            "num": {"type": ["integer", "null"]}, "den": {"type": ["integer", "null"]}, "value": ratio,
            "band": text_or_null(), "target": ratio, "decision": text_or_null(),
            "unit": {"type": "string", "enum": ["ratio", "hours"]}, "better": {"type": "string", "enum": ["higher", "lower"]}, "den_min": {"type": "integer"},
            "definition": shape("Words"), "version": text()
        })),
        "KpiFigures": {"type": "object", "additionalProperties": shape("KpiFigure")},
        "KpisRow": object(json!({
            "unit": text(), "name": text(), "measures": shape("ShownMeasures"), "kpis": shape("KpiFigures")
        })),
        "Kpis": super::kit::marked(object(json!({
            "unit": text(), "name": text(), "stale_code": {"type": "boolean"},
            "window": object(json!({"from": {"type": "string", "format": "date"}, "to": {"type": "string", "format": "date"}})),
            "scheme": text(), "as_of": instant(), "seq": count(), "node": text(),
            "hierarchy": {"type": "string", "enum": ["now", "was"]}, "role": {"type": "string", "enum": ["processing", "receiving"]},
            "catalogue": text(), "ended": shape("Ended"), "measures": shape("ShownMeasures"), "kpis": shape("KpiFigures"),
            "compare": shape("Comparisons"), "children": {"type": "array", "items": shape("KpisRow")}
        }))),
        "Dossier": object(json!({
            "source": text(), "id": text(), "as_of": instant(), "seq": count(), "node": text(),
            "unit": object(json!({"unit": text(), "name": text(), "stale_code": {"type": "boolean"}})),
            "verdict": object(json!({
                "code": text(), "vi": text(), "en": text(), "rules": {"type": "array", "items": text()}
            })),
            "derived": {"type": "object"}, "registers": {"type": "object"}
        }))
    })
}
