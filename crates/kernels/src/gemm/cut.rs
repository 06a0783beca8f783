//! Rows of a product, cut into tiles.

use super::tile::{Tile, FIVE, TILES};

/// Rows of a product from the first to the last: two bands, each of tiles of one size.
#[derive(Clone, Copy)]
pub(crate) struct Cut {
    bands: [Band; 2],
}

/// Rows that tiles of one size make; the last tile may hang over.
#[derive(Clone, Copy)]
pub(crate) struct Band {
    pub tile: Tile,
    pub first: usize,
    pub rows: usize,
}

impl Band {
    fn tiles(&self) -> usize {
        self.rows.div_ceil(self.tile.rows)
    }
}

/// Rows that one tile makes: `height` of them from `row` on.
pub(crate) struct Strip {
    pub row: usize,
    pub tile: Tile,
    pub height: usize,
}

/// The tile of a size, if there is one.
fn sized(rows: usize, columns: usize) -> Option<Tile> {
    TILES.into_iter().chain([FIVE]).find(|t| (t.rows, t.columns) == (rows, columns))
}

impl Cut {
    /// As few tiles of at most this size as can be, and as alike: eight rows are 4 + 4 then, and any more are sums of 4, 5 and 6.
    pub fn evenly(rows: usize, tile: Tile) -> Cut {
        let tiles = rows.div_ceil(tile.rows).max(1);
        let (low, higher) = (rows / tiles, rows % tiles);
        match (sized(low + 1, tile.columns), sized(low, tile.columns)) {
            (Some(high), Some(low)) => Cut::bands(rows, high, higher * high.rows, low),
            _ => Cut::alike(rows, tile),
        }
    }

    /// Tiles of this size, and for the rows behind them the smallest one that holds them.
    fn alike(rows: usize, tile: Tile) -> Cut {
        let whole = rows / tile.rows * tile.rows;
        let smallest = (rows - whole..tile.rows).find_map(|rows| sized(rows, tile.columns));
        Cut::bands(rows, tile, whole, smallest.unwrap_or(tile))
    }

    fn bands(rows: usize, upper: Tile, first: usize, lower: Tile) -> Cut {
        Cut { bands: [Band { tile: upper, first: 0, rows: first }, Band { tile: lower, first, rows: rows - first }] }
    }

    pub fn all(&self) -> [Band; 2] {
        self.bands
    }

    pub fn rows(&self) -> usize {
        self.bands.iter().map(|band| band.rows).sum()
    }

    pub fn tiles(&self) -> usize {
        self.bands[0].tiles() + self.bands[1].tiles()
    }

    /// Rows of all tiles, whole: what panels have room for.
    pub fn padded(&self) -> usize {
        self.bands.iter().map(|band| band.tiles() * band.tile.rows).sum()
    }

    /// The rows of a tile, counted from the top.
    pub fn strip(&self, index: usize) -> Strip {
        let [upper, lower] = self.bands;
        let (band, index) = if index < upper.tiles() { (upper, index) } else { (lower, index - upper.tiles()) };
        let before = index * band.tile.rows;
        Strip { row: band.first + before, tile: band.tile, height: band.tile.rows.min(band.rows - before) }
    }

    pub fn strips(self) -> impl Iterator<Item = Strip> {
        (0..self.tiles()).map(move |index| self.strip(index))
    }
}
