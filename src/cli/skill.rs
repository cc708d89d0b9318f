use super::output::emit;

/// The skill, as it stands at the root of the repository.
const SKILL: &str = include_str!("../../SKILL.md");

/// Writes the skill.
pub fn skill() -> Result<u8, String> {
    emit(None, |out| out.write_all(SKILL.as_bytes())).map(|()| 0)
}
