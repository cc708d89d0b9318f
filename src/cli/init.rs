use super::output::emit;
use crate::scan::config::inside;
use std::fs;
use std::io::Write;
use std::path::PathBuf;

/// The file that is written, with every setting in it as a comment.
const TEMPLATE: &str = include_str!("template.toml");

/// Writes a configuration for the working directory, unless there is one.
pub fn init() -> Result<u8, String> {
    let cwd = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    if let Ok(Some(found)) = inside(&cwd) {
        return Err(format!("there are settings already, in `{}`", found.path.display()));
    }
    let path = cwd.join("watertight.toml");
    let written = fs::File::create_new(&path).and_then(|mut file| file.write_all(TEMPLATE.as_bytes()));
    written.map_err(|error| format!("could not write `{}`: {error}", path.display()))?;
    let next = "watertight.toml is written. Next: `watertight check`; `watertight baseline` accepts what is there today.\n";
    emit(None, |out| out.write_all(next.as_bytes()))?;
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::TEMPLATE;
    use crate::scan::config::Config;

    #[test]
    fn every_setting_of_the_template_can_be_switched_on() {
        let on = TEMPLATE.lines().map(|line| line.strip_prefix("#: ").unwrap_or(line)).collect::<Vec<_>>().join("\n");
        let config: Config = toml::from_str(&on).expect("the template is a configuration");
        assert!(config.select.is_some() && config.fail_on.is_some() && !config.resource.is_empty() && !config.rule.is_empty());
        let off: Config = toml::from_str(TEMPLATE).expect("the template is a configuration");
        assert!(off.select.is_none() && off.resource.is_empty());
    }
}
