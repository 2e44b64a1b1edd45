//! A province's own map.

use serde_json::{Value, json};

use super::routes::text;
use super::schemas::object;
use super::{Route, get_of, route};

pub(super) fn routes() -> Vec<Route> {
    let file = json!({"type": "object", "required": ["features"], "properties": {
        "type": text(), "features": {"type": "array", "maxItems": 5000, "items": {"type": "object"}}}});
    let example = json!({"type": "FeatureCollection", "features": [{
        "type": "Feature", "properties": {"code": "148"}, "geometry": {"type": "Polygon",
        "coordinates": [[[105.3, 20.8], [105.4, 20.8], [105.4, 20.9], [105.3, 20.8]]]}}]});
    vec![
        get_of("/api/v1/units/{code}/geometry", "units", "The outlines of the units directly below, as SVG paths")
            .part("code", "The unit above", "17")
            .json(200, "Those that have one", "Geometry")
            .problem(404, &["unknown_unit"])
            .of_figures(),
        route("put", "/api/v1/geometry", "units", "GeoJSON outlines of units, in the place of all that were there")
            .query("property", "In which property of a feature its unit's code stands; `code` unless told", &text())
            .body(&[("application/json", file, example)])
            .json(200, "Kept", "GeometryTaken")
            .problem(400, &["bad_parameter"])
            .problem(403, &["forbidden"])
            .problem(413, &["too_large"])
            .of_figures(),
    ]
}

pub(super) fn schemas() -> Value {
    let number = json!({"type": "number"});
    let codes = json!({"type": "array", "items": text()});
    let shape = object(json!({"path": text(), "at": {"type": "array", "items": number}}));
    json!({
        "GeometryTaken": object(json!({"outlines": {"type": "integer", "minimum": 0}, "unknown": codes})),
        "Geometry": object(json!({
            "unit": text(), "units": codes, "width": number, "height": number,
            "shapes": {"type": "array", "items": shape}
        }))
    })
}
