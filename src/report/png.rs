//! The page as a file: PNG, three bytes a pixel, with its resolution so that it prints in its size.

use png::{BitDepth, ColorType, Compression, Encoder, PixelDimensions, Unit};

use super::ReportError;

/// Pixels of a metre at 150 to the inch.
const PIXELS_PER_METRE: u32 = 5_906;

/// The same pixels give the same bytes.
pub(super) fn encode(pixels: &[u8], (width, height): (u32, u32), is_paper: bool) -> Result<Vec<u8>, ReportError> {
    let mut file = Vec::with_capacity(pixels.len() / 16);
    let mut encoder = Encoder::new(&mut file, width, height);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Fast);
    if is_paper {
        let dims = PixelDimensions { xppu: PIXELS_PER_METRE, yppu: PIXELS_PER_METRE, unit: Unit::Meter };
        encoder.set_pixel_dims(Some(dims));
    }
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(file)
}
