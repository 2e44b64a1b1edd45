use super::{header_length, varint};

#[test]
fn the_header_is_number_names_and_types() {
    let header = b"\x02\x01a\x02bc\x06UInt64\x06String";
    assert_eq!(header_length(header), Some(header.len()));
    assert_eq!(header_length(&[header.as_slice(), b"rows"].concat()), Some(header.len()));
    assert_eq!(header_length(&header[..header.len() - 1]), None);
    assert_eq!(header_length(b""), None);
    assert_eq!(header_length(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff"), None);
}

#[test]
fn numbers_above_127_take_more_bytes() {
    assert_eq!(varint(&[0xac, 0x02, 9]), Some((300, 2)));
}
