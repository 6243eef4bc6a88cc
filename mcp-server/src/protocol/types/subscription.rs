//! What a client wants to hear of without asking, and the messages that tell it (2026-07-28, subscriptions; before, resources).

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{notification::write_json, request_id::RequestId, reserved::meta};

/// A list that can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum List {
    Tools,
    Prompts,
    /// Resources and templates.
    Resources,
}

/// Some of the lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lists(u8);

impl Lists {
    pub(crate) const NONE: Self = Self(0);

    pub(crate) fn of(list: List) -> Self {
        Self(1 << list as u8)
    }

    /// The list, if the condition holds.
    pub(crate) fn only_if(list: List, holds: bool) -> Self {
        if holds { Self::of(list) } else { Self::NONE }
    }

    pub(crate) fn is_empty(self) -> bool {
        self == Self::NONE
    }

    pub(crate) fn has(self, list: List) -> bool {
        !self.and(Self::of(list)).is_empty()
    }

    /// Those in both.
    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those in either.
    pub(crate) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = List> {
        [List::Tools, List::Prompts, List::Resources].into_iter().filter(move |list| self.has(*list))
    }

    /// Takes one out.
    pub(crate) fn pop(&mut self) -> Option<List> {
        let list = self.iter().next()?;
        self.0 &= !Self::of(list).0;
        Some(list)
    }
}

/// What a client opts in to (specification: `SubscriptionFilter`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SubscriptionFilter {
    #[serde(default, skip_serializing_if = "is_false")]
    tools_list_changed: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    prompts_list_changed: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    resources_list_changed: bool,
    /// URIs of resources.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) resource_subscriptions: Vec<String>,
    /// Ids of tasks (Tasks extension).
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

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

/// A list has changed. Without a subscription it is for the stream of a session.
pub(crate) fn list_changed(list: List, subscription: Option<&RequestId>) -> Bytes {
    let method = match list {
        List::Tools => "notifications/tools/list_changed",
        List::Prompts => "notifications/prompts/list_changed",
        List::Resources => "notifications/resources/list_changed",
    };
    notification(method, subscription, |_| {})
}

/// What a resource holds has changed.
pub(crate) fn resource_updated(uri: &str, subscription: Option<&RequestId>) -> Bytes {
    notification("notifications/resources/updated", subscription, |out| {
        member(out, "uri");
        write_json(out, &uri);
    })
}

/// What a task has come to: the members of the object that `tasks/get` would answer with.
pub(crate) fn task_updated(task: &str, subscription: &RequestId) -> Bytes {
    notification("notifications/tasks", Some(subscription), |out| {
        let members = task.strip_prefix('{').and_then(|task| task.strip_suffix('}')).unwrap_or_default();
        if !members.is_empty() {
            out.push(b',');
            out.extend_from_slice(members.as_bytes());
        }
    })
}

/// What a subscription is going to tell: its first message.
pub(crate) fn acknowledged(filter: &SubscriptionFilter, subscription: &RequestId) -> Bytes {
    notification("notifications/subscriptions/acknowledged", Some(subscription), |out| {
        member(out, "notifications");
        write_json(out, filter);
    })
}

/// The server ends a subscription: the one request that it may withdraw.
pub(crate) fn withdrawn(subscription: &RequestId) -> Bytes {
    notification("notifications/cancelled", Some(subscription), |out| {
        member(out, "requestId");
        out.extend_from_slice(subscription.as_bytes());
    })
}

/// The answer to `subscriptions/listen`, when the server ends the subscription (specification: `SubscriptionsListenResult`).
pub(crate) fn listened(subscription: &RequestId) -> Bytes {
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
    // What has been written so far begins with a comma: as the first member of `params` it needs a brace instead.
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
    fn messages_are_what_the_specification_shows() {
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
            read(withdrawn(&id)),
            json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {
                "requestId": "listen-1", "_meta": meta}})
        );
        assert_eq!(
            read(listened(&id)),
            json!({"jsonrpc": "2.0", "id": "listen-1", "result": {"resultType": "complete", "_meta": meta}})
        );
    }

    #[test]
    fn lists_are_taken_out_one_by_one() {
        let mut lists = Lists::of(List::Tools).or(Lists::of(List::Resources));
        assert!(lists.and(Lists::of(List::Prompts)).is_empty());
        assert_eq!([lists.pop(), lists.pop(), lists.pop()], [Some(List::Tools), Some(List::Resources), None]);
        assert!(lists.is_empty());
    }
}
