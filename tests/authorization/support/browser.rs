//! A browser without a screen: keeps cookies, follows redirects, fills in the forms it is shown.

use reqwest::{Client, header::SET_COOKIE};
use url::{Url, form_urlencoded};

use super::{Answer, http_client};

/// More pages than any login has.
const MOST_PAGES: usize = 12;

/// A browser with a person before it, whose name is also the password.
pub(crate) struct Browser {
    http: Client,
    person: String,
    cookies: Vec<Cookie>,
}

struct Cookie {
    name: String,
    value: String,
    path: String,
}

impl Browser {
    pub(crate) fn of(person: &str) -> Self {
        Self { http: http_client(), person: person.to_owned(), cookies: Vec::new() }
    }

    /// Opens `url` and does what the pages ask for until one redirects to `end`; returns where exactly.
    pub(crate) async fn open(&mut self, url: Url, end: &str) -> Url {
        let mut at = url;
        let mut form = None;
        for _ in 0..MOST_PAGES {
            let answer = self.load(&at, form.take()).await;
            if (300..400).contains(&answer.status) {
                at = at.join(answer.header("location")).expect("a place to go to");
                if at.as_str().starts_with(end) {
                    return at;
                }
            } else {
                let (action, fields) =
                    self.fill_in(&answer.body).unwrap_or_else(|| panic!("no form at {at}: {answer:?}"));
                at = at.join(&action).expect("a place to send the form to");
                form = Some(fields);
            }
        }
        panic!("the login does not end; it is at {at}");
    }

    async fn load(&mut self, url: &Url, form: Option<String>) -> Answer {
        let request = match form {
            None => self.http.get(url.as_str()),
            Some(form) => {
                self.http.post(url.as_str()).header("content-type", "application/x-www-form-urlencoded").body(form)
            }
        };
        let sent = self.cookies.iter().filter(|cookie| url.path().starts_with(&cookie.path));
        let sent: Vec<String> = sent.map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
        let answer = Answer::to(request.header("cookie", sent.join("; "))).await;
        for line in answer.headers.get_all(SET_COOKIE) {
            self.keep(line.to_str().expect("a cookie of visible ASCII"));
        }
        answer
    }

    /// Honours the path, since cookies of one login go to different ones; all is one host, and over before anything expires.
    fn keep(&mut self, line: &str) {
        let mut parts = line.split(';').map(str::trim);
        let (name, value) = parts.next().and_then(|pair| pair.split_once('=')).expect("name=value");
        let path = parts
            .find_map(|part| part.split_once('=').filter(|(name, _)| name.eq_ignore_ascii_case("path")))
            .map_or("/", |(_, path)| path);
        self.cookies.retain(|cookie| cookie.name != name || cookie.path != path);
        if !value.is_empty() {
            self.cookies.push(Cookie { name: name.to_owned(), value: value.to_owned(), path: path.to_owned() });
        }
    }

    /// Where the form of the page goes, and its fields: hidden ones as they are, the others with the name of the person.
    fn fill_in(&self, page: &str) -> Option<(String, String)> {
        let form = &page[page.find("<form")?..];
        let action = attribute(form, "action")?;
        let mut fields = form_urlencoded::Serializer::new(String::new());
        for input in form.split("<input").skip(1) {
            let Some(name) = attribute(input, "name") else { continue };
            match attribute(input, "type").as_deref() {
                Some("hidden") => fields.append_pair(&name, &attribute(input, "value").unwrap_or_default()),
                Some("text" | "password") => fields.append_pair(&name, &self.person),
                _ => continue,
            };
        }
        Some((action, fields.finish()))
    }
}

/// An attribute of the tag that `html` begins in.
fn attribute(html: &str, name: &str) -> Option<String> {
    let tag = &html[..html.find('>')?];
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    Some(value.replace("&amp;", "&"))
}
