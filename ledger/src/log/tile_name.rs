//! The name of a tile: which hashes or entries it holds, and where it stands in a folder or under an address.
//! C2SP tlog-tiles; one tile has one spelling. docs/format/export.md §1.

use std::fmt;
use std::str::FromStr;

use super::tree::{TILE_WIDTH, leaves_of_level};

/// Which of the files of a tile index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TileKind {
    /// `tile/entries/N`: the entries themselves.
    Entries,
    /// `tile/L/N`: hashes of whole subtrees of 256^L entries.
    Level(u8),
}

/// A tile's name. Width 256 is a whole tile, 1 to 255 a partial one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TileName {
    kind: TileKind,
    index: u64,
    width: u64,
}

/// A text that is not the one spelling of a tile's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotATile;

impl TileName {
    pub(super) fn new(kind: TileKind, index: u64, width: u64) -> TileName {
        TileName { kind, index, width }
    }

    /// Entries, or the level of hashes.
    #[must_use]
    pub fn kind(&self) -> TileKind {
        self.kind
    }

    /// Its place within the level.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// How many items it holds.
    #[must_use]
    pub fn width(&self) -> u64 {
        self.width
    }

    /// Every tile of a tree of `size` entries: the whole ones, and the partial ones at the edge.
    pub fn all(size: u64) -> impl Iterator<Item = TileName> {
        let levels = (0..).map_while(move |level| {
            let items = size / leaves_of_level(level)?;
            (items > 0).then_some((TileKind::Level(level), items))
        });
        levels.chain((size > 0).then_some((TileKind::Entries, size))).flat_map(|(kind, items)| {
            (0..items.div_ceil(TILE_WIDTH)).map(move |index| {
                let width = (items - index * TILE_WIDTH).min(TILE_WIDTH);
                TileName { kind, index, width }
            })
        })
    }

    /// The first of its items and the one behind its last, if a tree of `size` entries reaches that far.
    pub(super) fn items(&self, size: u64) -> Option<(u64, u64)> {
        let leaves = match self.kind {
            TileKind::Entries => 1,
            TileKind::Level(level) => leaves_of_level(level)?,
        };
        let first = self.index.checked_mul(TILE_WIDTH)?;
        let end = first.checked_add(self.width)?;
        (end <= size / leaves).then_some((first, end))
    }
}

impl fmt::Display for TileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Entries => write!(f, "tile/entries")?,
            TileKind::Level(level) => write!(f, "tile/{level}")?,
        }
        let (mut groups, mut rest) = (Vec::new(), self.index / 1000);
        while rest > 0 {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        groups.iter().rev().try_for_each(|group| write!(f, "/x{group:03}"))?;
        write!(f, "/{:03}", self.index % 1000)?;
        if self.width == TILE_WIDTH { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

impl FromStr for TileName {
    type Err = NotATile;

    fn from_str(text: &str) -> Result<TileName, NotATile> {
        let name = read(text).ok_or(NotATile)?;
        // Leading zeros, signs, missing or superfluous groups: whatever is not what we would write names nothing.
        if name.to_string() == text { Ok(name) } else { Err(NotATile) }
    }
}

/// Reads a name generously; the caller compares the spelling.
fn read(text: &str) -> Option<TileName> {
    let (kind, place) = text.strip_prefix("tile/")?.split_once('/')?;
    let kind = match kind {
        "entries" => TileKind::Entries,
        level => TileKind::Level(level.parse().ok().filter(|level| *level <= 63)?),
    };
    let (place, width) = match place.split_once(".p/") {
        Some((place, width)) => {
            (place, width.parse().ok().filter(|w| (1..TILE_WIDTH).contains(w))?)
        }
        None => (place, TILE_WIDTH),
    };
    let mut index: u64 = 0;
    for group in place.split('/') {
        let digits: u64 = group.strip_prefix('x').unwrap_or(group).parse().ok()?;
        index = index.checked_mul(1000)?.checked_add(digits)?;
    }
    Some(TileName { kind, index, width })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{NotATile, TileKind, TileName};

    #[test]
    fn a_tile_stands_where_foreign_tools_look_for_it() {
        let name = |kind, index, width| TileName::new(kind, index, width).to_string();
        assert_eq!(name(TileKind::Level(0), 0, 256), "tile/0/000");
        assert_eq!(name(TileKind::Level(3), 1_234_067, 256), "tile/3/x001/x234/067");
        assert_eq!(name(TileKind::Entries, 1_234_067, 8), "tile/entries/x001/x234/067.p/8");
        assert_eq!(name(TileKind::Entries, 1000, 256), "tile/entries/x001/000");
    }

    #[test]
    fn a_name_reads_back_and_any_other_spelling_names_nothing() {
        for name in ["tile/0/000", "tile/63/x001/x234/067", "tile/entries/x001/x234/067.p/8"] {
            assert_eq!(name.parse::<TileName>().unwrap().to_string(), name);
        }
        for wrong in [
            "",
            "tile",
            "tile/",
            "tile/0",
            "tile/0/",
            "/tile/0/000",
            "tile/00/000",
            "tile/64/000",
            "tile/+1/000",
            "tile/-1/000",
            "tile/a/000",
            "tile/0/0",
            "tile/0/00",
            "tile/0/0000",
            "tile/0/1000",
            "tile/0/x000/000",
            "tile/0/001/000",
            "tile/0/x001",
            "tile/0/x001/",
            "tile/0/x001/x000",
            "tile/0/X001/000",
            "tile/0/000.p",
            "tile/0/000.p/",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/000.p/+1",
            "tile/0/000.p/1/",
            "tile/0/000/",
            "tile/0/000.p/1.p/1",
            "tile/0/%30%30%30",
            "tile/data/000",
            "tile/entries/000.P/1",
            "tile/0/x018/x446/x744/x073/x709/x551/616",
            "tile/8/0/000",
            "tile/0/..",
            "tile/0/ 00",
        ] {
            assert_eq!(wrong.parse::<TileName>(), Err(NotATile), "{wrong}");
        }
    }

    #[test]
    fn the_tiles_of_seventy_thousand_entries_are_those_of_the_specification() {
        let mut count: BTreeMap<String, (u64, Vec<u64>)> = BTreeMap::new();
        for name in TileName::all(70_000) {
            let of_kind = count.entry(format!("{:?}", name.kind())).or_default();
            match name.width() {
                256 => of_kind.0 += 1,
                width => of_kind.1.push(width),
            }
        }
        let expected = [
            ("Entries", (273, vec![112])),
            ("Level(0)", (273, vec![112])),
            ("Level(1)", (1, vec![17])),
            ("Level(2)", (0, vec![1])),
        ];
        assert_eq!(count, expected.map(|(kind, widths)| (kind.to_owned(), widths)).into());
        let of_256: Vec<_> = TileName::all(256).map(|name| name.to_string()).collect();
        assert_eq!(of_256, ["tile/0/000", "tile/1/000.p/1", "tile/entries/000"]);
        assert_eq!(TileName::all(0).count(), 0);
    }
}
