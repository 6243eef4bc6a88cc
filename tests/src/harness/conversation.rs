//! A client that answers what a call asks of it, in either era.

use serde_json::{Map, Value, json};

use super::{Answer, Client, Request};

/// What a client is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// `inputRequests`' key in the stateless era, the id of the request in sessions.
    pub key: String,
    /// The method.
    pub method: String,
    /// Its parameters.
    pub params: Value,
}

impl Client {
    /// Says that it can do this (`ClientCapabilities`); for sessions, before they are opened.
    #[must_use]
    pub fn capable(mut self, capabilities: Value) -> Self {
        self.capabilities = capabilities;
        self
    }

    /// Answers a request of the server.
    pub async fn respond(&self, id: Value, result: Value) -> Answer {
        self.send(self.response(&json!({"jsonrpc": "2.0", "id": id, "result": result}))).await
    }

    /// Answers a request of the server with an error.
    pub async fn refuse(&self, id: Value, message: &str) -> Answer {
        let error = json!({"code": -1, "message": message});
        self.send(self.response(&json!({"jsonrpc": "2.0", "id": id, "error": error}))).await
    }

    /// Sends a request, answers all that is asked of it, and returns the response and what was asked.
    pub async fn converse(
        &self,
        method: &str,
        params: Value,
        mut answer: impl FnMut(&Asked) -> Value,
    ) -> (Value, Vec<Asked>) {
        let mut asked = Vec::new();
        let mut params = params;
        loop {
            let reply = self.send(self.request(self.next_id(), method, params.clone())).await;
            let response = self.hear_out(reply, &mut asked, &mut answer).await;
            if response["result"]["resultType"] != "input_required" {
                return (response, asked);
            }
            let questions = asked_in(&response);
            params["inputResponses"] =
                questions.iter().map(|question| (question.key.clone(), answer(question))).collect::<Map<_, _>>().into();
            params["requestState"] = response["result"]["requestState"].clone();
            asked.extend(questions);
        }
    }

    /// Answers what is asked on the way to the response, and returns that.
    async fn hear_out(
        &self,
        mut reply: Answer,
        asked: &mut Vec<Asked>,
        answer: &mut impl FnMut(&Asked) -> Value,
    ) -> Value {
        if !reply.is_stream() {
            return reply.json().await;
        }
        while let Some(message) = reply.message().await {
            let Some(method) = message.get("method").and_then(Value::as_str) else {
                return message;
            };
            if let Some(id) = message.get("id") {
                let question =
                    Asked { key: id.to_string(), method: method.to_owned(), params: message["params"].clone() };
                let said = self.respond(id.clone(), answer(&question)).await;
                assert_eq!(said.status, 202);
                asked.push(question);
            }
        }
        panic!("the stream ended without a response");
    }

    /// Calls a tool, answers all that it asks, and returns its result and what it asked.
    pub async fn converse_with_tool(
        &self,
        tool: &str,
        arguments: Value,
        answer: impl FnMut(&Asked) -> Value,
    ) -> (Value, Vec<Asked>) {
        let mut params = json!({"name": tool});
        params["arguments"] = arguments;
        let (mut response, asked) = self.converse("tools/call", params, answer).await;
        assert!(response.get("error").is_none(), "{response}");
        (response["result"].take(), asked)
    }

    /// The request that goes on with a call of a tool: with these answers, and a state.
    pub fn going_on(&self, tool: &str, arguments: Value, responses: Value, state: Value) -> Request {
        let mut params = json!({"name": tool});
        params["arguments"] = arguments;
        params["inputResponses"] = responses;
        if !state.is_null() {
            params["requestState"] = state;
        }
        self.request(self.next_id(), "tools/call", params)
    }
}

/// The questions of a result that asks.
fn asked_in(response: &Value) -> Vec<Asked> {
    let requests = response["result"]["inputRequests"].as_object().into_iter().flatten();
    requests
        .map(|(key, request)| Asked {
            key: key.clone(),
            method: request["method"].as_str().unwrap_or_default().to_owned(),
            params: request["params"].clone(),
        })
        .collect()
}
