//! Ids that nobody can guess.

/// 128 random bits in hexadecimal. Empty when the system has no randomness: then nothing is opened.
pub(crate) fn random_id() -> String {
    let mut bytes = [0_u8; 16];
    match getrandom::fill(&mut bytes) {
        Ok(()) => bytes.iter().fold(String::with_capacity(32), |mut id, byte| {
            id.extend([byte >> 4, byte & 15].map(|digit| char::from_digit(u32::from(digit), 16).unwrap_or_default()));
            id
        }),
        Err(_) => String::new(),
    }
}
