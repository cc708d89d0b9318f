use crate::finding::Report;
use crate::report::{self, Context};
use clap::ValueEnum;
use std::io::{self, Write};
use std::path::PathBuf;

/// A report format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// With source, evidence and remedy
    Human,
    /// One line for each finding
    Concise,
    /// One JSON document
    Json,
    /// One JSON object a line
    JsonLines,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations in GitHub Actions
    Github,
    /// Code Quality report of GitLab
    Gitlab,
    /// Test report in the XML of `JUnit`
    Junit,
    /// GitHub-flavoured Markdown
    Markdown,
    /// Checkstyle XML
    Checkstyle,
    /// Reviewdog's Diagnostic Format
    Rdjson,
}

impl Format {
    /// Writes the report; a quiet one has no closing line.
    pub fn write(self, out: &mut dyn Write, report: &Report, context: &Context<'_>, quiet: bool) -> io::Result<()> {
        let write = match self {
            Self::Human => report::write_human,
            Self::Concise => report::write_concise,
            Self::Json => report::write_json,
            Self::JsonLines => report::write_json_lines,
            Self::Sarif => report::write_sarif,
            Self::Github => report::write_github,
            Self::Gitlab => report::write_gitlab,
            Self::Junit => report::write_junit,
            Self::Markdown => report::write_markdown,
            Self::Checkstyle => report::write_checkstyle,
            Self::Rdjson => report::write_rdjson,
        };
        write(out, report, context)?;
        // Lines in the other formats are read by programs, which a closing line would confuse.
        if self == Self::Human && !quiet {
            out.write_all(report::summary(report, context).as_bytes())?;
        }
        Ok(())
    }
}

/// A report that goes to a file.
#[derive(Clone, Debug)]
pub struct Target {
    /// How to write it.
    pub format: Format,
    /// Where.
    pub file: PathBuf,
}

/// Reads `sarif=out.sarif`.
pub fn target(text: &str) -> Result<Target, String> {
    let Some((format, file)) = text.split_once('=').filter(|(_, file)| !file.is_empty()) else {
        return Err("write a format and a file, as in `sarif=out.sarif`".to_owned());
    };
    let format = Format::from_str(format, true).map_err(|_| {
        let names = Format::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let names: Vec<String> = names.map(|value| value.get_name().to_owned()).collect();
        format!("there is no format `{format}`; the formats are {}", names.join(", "))
    })?;
    Ok(Target { format, file: file.into() })
}

#[cfg(test)]
mod tests {
    use super::{Format, target};

    #[test]
    fn a_target_is_a_format_and_a_file() {
        let read = target("json-lines=a=b.jsonl").expect("a target");
        assert_eq!((read.format, read.file.to_str()), (Format::JsonLines, Some("a=b.jsonl")));
        for wrong in ["sarif", "sarif=", "sarf=x"] {
            assert!(target(wrong).is_err(), "{wrong}");
        }
    }
}
