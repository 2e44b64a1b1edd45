//! The national portal's sync messages.

use serde_json::json;

use super::{Route, route};

/// Its route.
pub(super) fn portal() -> Route {
    let dossier = json!({
        "MaHoSo": "H28.148-240701-0001", "TrangThaiHoSo": "2", "NgayTiepNhan": "20240701080000", "DonViXuLy": "17"
    });
    let message = json!({"service": "DongBoHoSoMC", "madonvi": "17", "isUpdating": "False", "data": [dossier]});
    route(
        "post",
        "/api/v1/adapters/dvcqg",
        "records",
        "Messages of the national portal's sync, answered in their own form",
    )
    .query(
        "source",
        "The sending system, where the caller isn't bound to one",
        &json!({"type": "string", "minLength": 1, "maxLength": 64, "default": "local"}),
    )
    .query("dry_run", "Check everything, store nothing", &json!({"type": "boolean", "default": false}))
    .body(&[("application/json", json!({"$ref": "#/components/schemas/PortalMessage"}), message)])
    .json(202, "Safe on disk, but for the dossiers listed as refused", "PortalAnswer")
    .json(200, "What would become of it (dry run)", "PortalAnswer")
    .problem(400, &["bad_parameter", "no_message", "bad_encoding"])
    .problem(403, &["forbidden", "foreign_source"])
    .problem(413, &["too_large"])
    .problem(415, &["unknown_encoding"])
    .problem(422, &["none_accepted"])
    .problem(503, &["not_ready", "busy", "timeout", "storage_full", "stopping", "unknown_outcome"])
}
