//! The outlines of units on a map: read from GeoJSON, thinned out, and drawn as paths.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Outlines in one file: a country's communes.
const UNITS_MAX: usize = 5_000;
/// Points of one outline that are kept: a cell of a wall is a few hundred pixels wide.
const POINTS_MAX: usize = 240;
/// Width of a drawn map, in its own units.
const WIDTH: f64 = 1_000.0;

/// The outline of a unit: rings of longitude and latitude, in degrees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outline {
    /// Outer and inner rings; which is which follows from how they lie (even and odd).
    pub rings: Vec<Vec<[f64; 2]>>,
}

/// Why a file has no outlines.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GeometryError {
    /// Not JSON.
    #[error("no JSON: {0}")]
    Form(String),
    /// Something else than a collection of features.
    #[error("no FeatureCollection with features")]
    NoFeatures,
    /// More than a map has.
    #[error("{0} features, at most {UNITS_MAX}")]
    TooMany(usize),
    /// A feature without the code of its unit.
    #[error("feature {0} (from 1) has no property `{1}` with a code of 1 to 64 bytes")]
    NoCode(usize, String),
    /// A feature of another form, or out of the world.
    #[error("feature {0} (from 1) has no Polygon or MultiPolygon in degrees")]
    NoPolygon(usize),
}

/// Reads the outlines of a GeoJSON file by the codes of their units, which stand in a property of each feature.
///
/// # Errors
/// When the file is of another form, or a feature has no code or no polygon: it is taken whole or not at all.
pub fn read_outlines(body: &[u8], property: &str) -> Result<BTreeMap<String, Outline>, GeometryError> {
    let file: Value = serde_json::from_slice(body).map_err(|error| GeometryError::Form(error.to_string()))?;
    let features = file.get("features").and_then(Value::as_array).ok_or(GeometryError::NoFeatures)?;
    if features.len() > UNITS_MAX {
        return Err(GeometryError::TooMany(features.len()));
    }
    let mut outlines: BTreeMap<String, Outline> = BTreeMap::new();
    for (place, feature) in (1..).zip(features) {
        let code = match feature.get("properties").and_then(|all| all.get(property)) {
            Some(Value::String(code)) => code.clone(),
            Some(Value::Number(code)) => code.to_string(),
            _ => String::new(),
        };
        if code.is_empty() || code.len() > 64 {
            return Err(GeometryError::NoCode(place, property.to_owned()));
        }
        let rings = feature.get("geometry").and_then(rings).ok_or(GeometryError::NoPolygon(place))?;
        let kept = outlines.entry(code).or_insert(Outline { rings: Vec::new() });
        kept.rings.extend(rings);
    }
    for outline in outlines.values_mut() {
        outline.thin();
    }
    Ok(outlines)
}

fn rings(geometry: &Value) -> Option<Vec<Vec<[f64; 2]>>> {
    let coordinates = geometry.get("coordinates")?;
    let polygon = |polygon: &Value| polygon.as_array()?.iter().map(ring).collect::<Option<Vec<_>>>();
    let rings = match geometry.get("type")?.as_str()? {
        "Polygon" => polygon(coordinates)?,
        "MultiPolygon" => coordinates.as_array()?.iter().map(polygon).collect::<Option<Vec<_>>>()?.concat(),
        _ => return None,
    };
    (!rings.is_empty()).then_some(rings)
}

fn ring(ring: &Value) -> Option<Vec<[f64; 2]>> {
    let point = |point: &Value| {
        let (lon, lat) = (point.get(0)?.as_f64()?, point.get(1)?.as_f64()?);
        ((-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat)).then_some([lon, lat])
    };
    let points = ring.as_array()?.iter().map(point).collect::<Option<Vec<_>>>()?;
    (points.len() >= 3).then_some(points)
}

impl Outline {
    /// Keeps as many points as can be seen, spread over the rings.
    fn thin(&mut self) {
        let count: usize = self.rings.iter().map(Vec::len).sum();
        let step = count.div_ceil(POINTS_MAX).max(1);
        for ring in &mut self.rings {
            if step > 1 && ring.len() > 3 * step {
                *ring = ring.iter().copied().step_by(step).collect();
            }
        }
    }
}

/// A map of several outlines on one scale, north up.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DrawnMap {
    /// Width in its own units.
    pub width: f64,
    /// Height in the same.
    pub height: f64,
    /// In the order in which the outlines were given.
    pub shapes: Vec<DrawnShape>,
}

/// One outline as it is drawn.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DrawnShape {
    /// An SVG path.
    pub path: String,
    /// Where a sign stands in it: the middle of its widest ring.
    pub at: [f64; 2],
}

/// Draws outlines beside one another; a degree of longitude is as short as it is at their middle latitude.
pub fn draw(outlines: &[&Outline]) -> DrawnMap {
    let points = || outlines.iter().flat_map(|outline| outline.rings.iter().flatten());
    let bounds = |of: usize| {
        points().map(|point| point[of]).fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(x), b.max(x)))
    };
    let (west, east) = bounds(0);
    let (south, north) = bounds(1);
    if west >= east || south >= north {
        return DrawnMap { width: WIDTH, height: WIDTH, shapes: Vec::new() };
    }
    let squeeze = f64::midpoint(south, north).to_radians().cos();
    let scale = WIDTH / ((east - west) * squeeze);
    let place = |[lon, lat]: [f64; 2]| [(lon - west) * squeeze * scale, (north - lat) * scale];
    let shapes = outlines.iter().map(|outline| {
        let mut path = String::new();
        let mut widest: (f64, [f64; 2]) = (-1.0, [0.0, 0.0]);
        for ring in &outline.rings {
            let ring: Vec<[f64; 2]> = ring.iter().copied().map(place).collect();
            for (number, [x, y]) in ring.iter().enumerate() {
                let pen = if number == 0 { 'M' } else { 'L' };
                path += &format!("{pen}{x:.1} {y:.1}");
            }
            path.push('Z');
            let span = |of: usize| {
                let (least, most) = ring
                    .iter()
                    .map(|point| point[of])
                    .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(x), b.max(x)));
                (most - least, f64::midpoint(least, most))
            };
            let ((width, x), (height, y)) = (span(0), span(1));
            if width * height > widest.0 {
                widest = (width * height, [round(x), round(y)]);
            }
        }
        DrawnShape { path, at: widest.1 }
    });
    DrawnMap { width: WIDTH, height: round((north - south) * scale), shapes: shapes.collect() }
}

fn round(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(code: &str, kind: &str, coordinates: &str) -> String {
        format!(
            r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{{"code":{code}}},
            "geometry":{{"type":"{kind}","coordinates":{coordinates}}}}}]}}"#
        )
    }

    const SQUARE: &str = "[[[105.0,20.0],[106.0,20.0],[106.0,21.0],[105.0,21.0],[105.0,20.0]]]";

    #[test]
    fn outlines_are_read_by_code_and_drawn_north_up() {
        let mut read = read_outlines(file("\"148\"", "Polygon", SQUARE).as_bytes(), "code").unwrap();
        read.extend(read_outlines(file("150", "MultiPolygon", &format!("[{SQUARE}]")).as_bytes(), "code").unwrap());
        assert_eq!(read.keys().collect::<Vec<_>>(), ["148", "150"]);
        let map = draw(&read.values().collect::<Vec<_>>());
        assert_eq!(map.shapes.len(), 2);
        assert!(map.shapes[0].path.starts_with("M0.0 ") && map.shapes[0].path.ends_with('Z'), "{:?}", map.shapes[0]);
        assert!(map.height > map.width, "a degree of longitude is shorter than one of latitude");
        assert_eq!(map.shapes[0].at[0], 500.0);
        assert_eq!(draw(&[]).shapes, Vec::new());
    }

    #[test]
    fn a_file_is_taken_whole_or_not_at_all() {
        let error = |body: &str| read_outlines(body.as_bytes(), "code").unwrap_err();
        assert!(matches!(error("{"), GeometryError::Form(_)));
        assert_eq!(error("{}"), GeometryError::NoFeatures);
        assert_eq!(error(&file("null", "Polygon", SQUARE)), GeometryError::NoCode(1, "code".to_owned()));
        assert_eq!(error(&file("\"148\"", "Point", "[1,2]")), GeometryError::NoPolygon(1));
        assert_eq!(error(&file("\"148\"", "Polygon", "[[[500,20],[1,1],[2,2]]]")), GeometryError::NoPolygon(1));
    }

    #[test]
    fn what_cannot_be_seen_is_left_out() {
        let points: Vec<String> = (0..5_000)
            .map(|place| {
                let angle = f64::from(place) / 5_000.0 * std::f64::consts::TAU;
                format!("[{},{}]", 105.0 + angle.cos(), 20.0 + angle.sin())
            })
            .collect();
        let body = file("\"148\"", "Polygon", &format!("[[{}]]", points.join(",")));
        let read = read_outlines(body.as_bytes(), "code").unwrap();
        assert!((200..=POINTS_MAX).contains(&read["148"].rings[0].len()), "{}", read["148"].rings[0].len());
    }
}
