//! Subscriptions to changes, and the notifications that they send.
//!
//! Specification: 2026-07-28, subscriptions; earlier revisions, resources.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{notification::write_json, request_id::RequestId, reserved::meta};

/// A list of items that can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum List {
    Tools,
    Prompts,
    /// Resources and resource templates.
    Resources,
}

/// A set of lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lists(u8);

impl Lists {
    pub(crate) const NONE: Self = Self(0);

    pub(crate) fn of(list: List) -> Self {
        Self(1 << list as u8)
    }

    /// Returns the list if `holds` is `true`, and no list otherwise.
    pub(crate) fn only_if(list: List, holds: bool) -> Self {
        if holds { Self::of(list) } else { Self::NONE }
    }

    pub(crate) fn is_empty(self) -> bool {
        self == Self::NONE
    }

    pub(crate) fn has(self, list: List) -> bool {
        !self.and(Self::of(list)).is_empty()
    }

    /// Returns the lists in both sets.
    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Returns the lists in either set.
    pub(crate) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = List> {
        [List::Tools, List::Prompts, List::Resources].into_iter().filter(move |list| self.has(*list))
    }

    /// Removes one list and returns it.
    pub(crate) fn pop(&mut self) -> Option<List> {
        let list = self.iter().next()?;
        self.0 &= !Self::of(list).0;
        Some(list)
    }
}

/// Changes that a client subscribes to (2026-07-28, schema `SubscriptionFilter`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SubscriptionFilter {
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    tools_list_changed: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    prompts_list_changed: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    resources_list_changed: bool,
    /// URIs of resources.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) resource_subscriptions: Vec<String>,
    /// Ids of tasks (extension Tasks).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) task_ids: Vec<String>,
}

impl SubscriptionFilter {
    pub(crate) fn new(lists: Lists, resource_subscriptions: Vec<String>, task_ids: Vec<String>) -> Self {
        Self {
            tools_list_changed: lists.has(List::Tools),
            prompts_list_changed: lists.has(List::Prompts),
            resources_list_changed: lists.has(List::Resources),
            resource_subscriptions,
            task_ids,
        }
    }

    pub(crate) fn lists(&self) -> Lists {
        Lists::only_if(List::Tools, self.tools_list_changed)
            .or(Lists::only_if(List::Prompts, self.prompts_list_changed))
            .or(Lists::only_if(List::Resources, self.resources_list_changed))
    }
}

/// Writes the notification that a list changed. `None` stands for a session, whose notifications
/// name no subscription.
pub(crate) fn list_changed(list: List, subscription: Option<&RequestId>) -> Bytes {
    let method = match list {
        List::Tools => "notifications/tools/list_changed",
        List::Prompts => "notifications/prompts/list_changed",
        List::Resources => "notifications/resources/list_changed",
    };
    notification(method, subscription, |_| {})
}

/// Writes the notification that the contents of a resource changed.
pub(crate) fn resource_updated(uri: &str, subscription: Option<&RequestId>) -> Bytes {
    notification("notifications/resources/updated", subscription, |out| {
        member(out, "uri");
        write_json(out, &uri);
    })
}

/// Writes the notification that a task changed. `task` is the JSON object of the response to
/// `tasks/get`.
pub(crate) fn task_updated(task: &str, subscription: &RequestId) -> Bytes {
    notification("notifications/tasks", Some(subscription), |out| {
        let members = task.strip_prefix('{').and_then(|task| task.strip_suffix('}')).unwrap_or_default();
        if !members.is_empty() {
            out.push(b',');
            out.extend_from_slice(members.as_bytes());
        }
    })
}

/// Writes the first message of a subscription, which names the changes that are notified.
pub(crate) fn acknowledged(filter: &SubscriptionFilter, subscription: &RequestId) -> Bytes {
    notification("notifications/subscriptions/acknowledged", Some(subscription), |out| {
        member(out, "notifications");
        write_json(out, filter);
    })
}

/// Writes `notifications/cancelled` for a subscription that the server ends.
pub(crate) fn cancelled(subscription: &RequestId) -> Bytes {
    notification("notifications/cancelled", Some(subscription), |out| {
        member(out, "requestId");
        out.extend_from_slice(subscription.as_bytes());
    })
}

/// Writes the response to `subscriptions/listen`, which ends the subscription (2026-07-28, schema
/// `SubscriptionsListenResult`).
pub(crate) fn listen_result(subscription: &RequestId) -> Bytes {
    let mut out = Vec::with_capacity(160);
    out.extend_from_slice(b"{\"jsonrpc\":\"2.0\",\"id\":");
    out.extend_from_slice(subscription.as_bytes());
    out.extend_from_slice(b",\"result\":{\"resultType\":\"complete\"");
    write_meta(&mut out, subscription);
    out.extend_from_slice(b"}}");
    out.into()
}

fn notification(method: &str, subscription: Option<&RequestId>, members: impl FnOnce(&mut Vec<u8>)) -> Bytes {
    let mut out = Vec::with_capacity(192);
    out.extend_from_slice(b"{\"jsonrpc\":\"2.0\",\"method\":\"");
    out.extend_from_slice(method.as_bytes());
    out.push(b'"');
    let start = out.len();
    members(&mut out);
    if let Some(subscription) = subscription {
        write_meta(&mut out, subscription);
    }
    // The first member of `params` begins with a comma, which an opening brace replaces.
    if out.len() > start {
        out.splice(start..=start, b",\"params\":{".iter().copied());
        out.push(b'}');
    }
    out.push(b'}');
    out.into()
}

fn write_meta(out: &mut Vec<u8>, subscription: &RequestId) {
    member(out, "_meta");
    out.extend_from_slice(b"{\"");
    out.extend_from_slice(meta::SUBSCRIPTION_ID.as_bytes());
    out.extend_from_slice(b"\":");
    out.extend_from_slice(subscription.as_bytes());
    out.push(b'}');
}

fn member(out: &mut Vec<u8>, name: &str) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn messages_match_specification() {
        let body = Bytes::from_static(b"\"listen-1\"");
        let id = RequestId::parse(&body, std::str::from_utf8(&body).unwrap()).unwrap();
        let read = |message: Bytes| serde_json::from_slice::<Value>(&message).unwrap();
        let meta = json!({"io.modelcontextprotocol/subscriptionId": "listen-1"});
        assert_eq!(
            read(list_changed(List::Tools, None)),
            json!({"jsonrpc": "2.0", "method": "notifications/tools/list_changed"})
        );
        assert_eq!(
            read(list_changed(List::Prompts, Some(&id))),
            json!({"jsonrpc": "2.0", "method": "notifications/prompts/list_changed", "params": {"_meta": meta}})
        );
        assert_eq!(
            read(resource_updated("a:\"b", Some(&id))),
            json!({"jsonrpc": "2.0", "method": "notifications/resources/updated", "params": {"uri": "a:\"b", "_meta": meta}})
        );
        assert_eq!(
            read(task_updated(r#"{"taskId":"1","status":"working"}"#, &id)),
            json!({"jsonrpc": "2.0", "method": "notifications/tasks", "params": {
                "taskId": "1", "status": "working", "_meta": meta}})
        );
        let filter = SubscriptionFilter::new(Lists::of(List::Tools), vec!["a:b".to_owned()], vec!["1".to_owned()]);
        assert_eq!(
            read(acknowledged(&filter, &id)),
            json!({"jsonrpc": "2.0", "method": "notifications/subscriptions/acknowledged", "params": {
                "notifications": {"toolsListChanged": true, "resourceSubscriptions": ["a:b"], "taskIds": ["1"]},
                "_meta": meta}})
        );
        assert_eq!(
            read(cancelled(&id)),
            json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {
                "requestId": "listen-1", "_meta": meta}})
        );
        assert_eq!(
            read(listen_result(&id)),
            json!({"jsonrpc": "2.0", "id": "listen-1", "result": {"resultType": "complete", "_meta": meta}})
        );
    }

    #[test]
    fn pop_removes_one_list() {
        let mut lists = Lists::of(List::Tools).or(Lists::of(List::Resources));
        assert!(lists.and(Lists::of(List::Prompts)).is_empty());
        assert_eq!([lists.pop(), lists.pop(), lists.pop()], [Some(List::Tools), Some(List::Resources), None]);
        assert!(lists.is_empty());
    }
}
