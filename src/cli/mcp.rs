use super::analyzer;
use crate::mcp;
use crate::rules::RuleSet;

/// Serves agents until the client leaves.
pub fn serve(known: &RuleSet) -> Result<u8, String> {
    let cwd = std::env::current_dir().map_err(|error| format!("the working directory cannot be read: {error}"))?;
    mcp::serve(known.clone(), cwd, analyzer).map(|()| 0)
}
