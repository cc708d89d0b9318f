//! Numbers as people read them.

/// A size: `24.0 MiB`.
pub fn bytes(bytes: u64) -> String {
    size(bytes as f64)
}

/// A size that was reckoned with: `24.0 MiB`, `-3.1 KiB`.
pub fn size(bytes: f64) -> String {
    let mut value = bytes.abs();
    let mut unit = "B";
    for next in ["KiB", "MiB", "GiB", "TiB"] {
        if value < 1000.0 {
            break;
        }
        (value, unit) = (value / 1024.0, next);
    }
    let sign = if bytes < 0.0 { "-" } else { "" };
    if unit == "B" { format!("{sign}{value:.0} B") } else { format!("{sign}{value:.1} {unit}") }
}

/// A speed of growth, always by the hour: `1.1 GiB/h`. What leaks slowly and what leaks fast can be compared.
pub fn rate(bytes_a_second: f64) -> String {
    format!("{}/h", size(bytes_a_second * 3600.0))
}

/// A probability: `91 %`.
pub fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

/// A span of time: `2.5 s`, `410 s`, `25 min`, `3.5 h`, `2.1 d`.
pub fn span(seconds: f64) -> String {
    match seconds {
        s if s > 0.0 && s < 9.95 => format!("{s:.1} s"),
        s if s < 600.0 => format!("{s:.0} s"),
        s if s < 7200.0 => format!("{:.0} min", s / 60.0),
        s if s < 172_800.0 => format!("{:.1} h", s / 3600.0),
        s => format!("{:.1} d", s / 86_400.0),
    }
}
