//! The document against the routes of the areas.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::*;

fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("tests.rs") {
            found.push(fs::read_to_string(path).unwrap());
        }
    }
}

/// Method and path of every `.route("path", get(..).put(..))` below `src/http`.
fn routed() -> BTreeSet<(String, String)> {
    let mut texts = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http"), &mut texts);
    let mut found = BTreeSet::new();
    for after in texts.iter().flat_map(|text| text.split(".route(").skip(1)) {
        let Some(path) = after.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next()) else { continue };
        let mut depth = 1;
        let call: String = after
            .chars()
            .take_while(|c| {
                depth += i32::from(*c == '(') - i32::from(*c == ')');
                depth > 0
            })
            .collect();
        for method in ["get", "put", "post", "delete", "patch"] {
            if call.contains(&format!(" {method}(")) || call.contains(&format!(".{method}(")) {
                found.insert((method.to_owned(), path.replace("{*", "{")));
            }
        }
    }
    found
}

#[test]
fn the_document_has_exactly_the_routes_of_the_areas() {
    let document = assembled();
    let described: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |method| (method.clone(), path.clone())))
        .collect();
    assert!(described.len() > 10);
    assert_eq!(routed(), described, "routes in src/http (left), in the document (right)");
}

#[test]
fn the_document_is_openapi_and_keeps_what_the_tables_say() {
    let kept = serde_json::to_value(openapi()).unwrap();
    let table = assembled();
    assert_eq!(kept["openapi"], "3.1.0");
    assert_eq!(kept["paths"].as_object().unwrap().len(), table["paths"].as_object().unwrap().len());
    for (name, schema) in table["components"]["schemas"].as_object().unwrap() {
        assert_eq!(&kept["components"]["schemas"][name]["required"], &schema["required"], "{name}");
    }
}

#[test]
fn every_reference_names_a_shape() {
    let document = assembled();
    let text = document.to_string();
    for name in text.split("#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(document["components"]["schemas"][name].is_object(), "{name}");
    }
}
