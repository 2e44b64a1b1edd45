//! The light colours of walls (SCREENS.md, 3) on white paper.

/// A colour without transparency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Colour(pub(super) u8, pub(super) u8, pub(super) u8);

pub(super) const WHITE: Colour = Colour(0xFF, 0xFF, 0xFF);
pub(super) const INK: Colour = Colour(0x10, 0x19, 0x24);
pub(super) const INK2: Colour = Colour(0x3C, 0x46, 0x53);
pub(super) const INK3: Colour = Colour(0x53, 0x5C, 0x67);
pub(super) const LINE: Colour = Colour(0xB7, 0xBE, 0xC7);
pub(super) const TRACK: Colour = Colour(0xDF, 0xE3, 0xE9);
/// Last year's line: 3 to 1 on white.
pub(super) const PAST: Colour = Colour(0x87, 0x91, 0x9D);
/// The series of now, and a target that is met.
pub(super) const MET: Colour = Colour(0x0E, 0x64, 0x92);
/// A light tint of it.
pub(super) const MET_TINT: Colour = Colour(0xE3, 0xEE, 0xF5);
pub(super) const MET_EDGE: Colour = Colour(0xA9, 0xC6, 0xDA);
/// On the due day: the accent, lighter.
pub(super) const ON_DAY: Colour = Colour(0xB9, 0xD1, 0xE4);
pub(super) const NEAR: Colour = Colour(0xB5, 0x73, 0x00);
pub(super) const NEAR_WORDS: Colour = Colour(0x7D, 0x52, 0x00);
pub(super) const BELOW: Colour = Colour(0x98, 0x16, 0x0C);
