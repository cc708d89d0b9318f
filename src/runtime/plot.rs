/// The dots of a Braille character, by column and by row from below.
const DOTS: [[u32; 4]; 2] = [[0x40, 0x04, 0x02, 0x01], [0x80, 0x20, 0x10, 0x08]];

/// A curve as text, `columns` wide and `rows` high, two by four Braille dots a character, without axes. Every line has
/// the same length; the topmost comes first.
///
/// Points are taken in order of x and joined; an x that is not finite is left out. The y axis begins at 0.
pub fn plot(points: impl Iterator<Item = (f64, u64)>, columns: usize, rows: usize) -> Vec<String> {
    let (columns, rows) = (columns.clamp(1, 400), rows.clamp(1, 100));
    let points: Vec<(f64, f64)> = points.filter(|(x, _)| x.is_finite()).map(|(x, y)| (x, y as f64)).collect();
    let least = points.iter().map(|point| point.0).fold(f64::INFINITY, f64::min);
    let most = points.iter().map(|point| point.0).fold(f64::NEG_INFINITY, f64::max);
    let top = points.iter().map(|point| point.1).fold(0.0, f64::max);
    let (wide, high) = (columns * 2, rows * 4);
    let column = |x: f64| if most > least { ((x - least) / (most - least) * (wide - 1) as f64).round() as usize } else { 0 };
    let row = |y: f64| if top > 0.0 { (y / top * (high - 1) as f64).round() as usize } else { 0 };
    let mut cells = vec![vec![0_u32; columns]; rows];
    let mut before: Option<(usize, usize)> = None;
    for (x, y) in &points {
        let (to_column, to_row) = (column(*x), row(*y));
        let (from_column, from_row) = before.unwrap_or((to_column, to_row));
        let steps = to_column.abs_diff(from_column).max(to_row.abs_diff(from_row)).max(1);
        for step in 0..=steps {
            let part = |from: usize, to: usize| (from * (steps - step) + to * step + steps / 2) / steps;
            let (column, row) = (part(from_column, to_column), part(from_row, to_row));
            cells[rows - 1 - row / 4][column / 2] |= DOTS[column % 2][row % 4];
        }
        before = Some((to_column, to_row));
    }
    let draw = |cell: &u32| char::from_u32(0x2800 + cell).unwrap_or(' ');
    cells.iter().map(|line| line.iter().map(draw).collect()).collect()
}
