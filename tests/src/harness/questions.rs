//! Answers of a client to the questions of a call, in either era.

use serde_json::{Map, Value, json};

use super::{Client, Request, Response, client::call_params};

/// A question of the server.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Key in `inputRequests` in the stateless era; id of the request in the session era.
    pub key: String,
    /// Method.
    pub method: String,
    /// Parameters.
    pub params: Value,
}

impl Client {
    /// Answers a request of the server.
    pub async fn respond(&self, id: Value, result: Value) -> Response {
        self.send(self.response_request(&json!({"jsonrpc": "2.0", "id": id, "result": result}))).await
    }

    /// Answers a request of the server with an error.
    pub async fn respond_with_error(&self, id: Value, message: &str) -> Response {
        let error = json!({"code": -1, "message": message});
        self.send(self.response_request(&json!({"jsonrpc": "2.0", "id": id, "error": error}))).await
    }

    /// Sends a request and answers every question. Returns the response and the questions.
    pub async fn response_with_answers(
        &self,
        method: &str,
        params: Value,
        mut answer: impl FnMut(&Question) -> Value,
    ) -> (Value, Vec<Question>) {
        let mut asked = Vec::new();
        let mut params = params;
        loop {
            let reply = self.send(self.request(self.next_id(), method, params.clone())).await;
            let response = self.answer_requests(reply, &mut asked, &mut answer).await;
            if response["result"]["resultType"] != "input_required" {
                return (response, asked);
            }
            let questions = questions_in(&response);
            params["inputResponses"] =
                questions.iter().map(|question| (question.key.clone(), answer(question))).collect::<Map<_, _>>().into();
            params["requestState"] = response["result"]["requestState"].clone();
            asked.extend(questions);
        }
    }

    /// Answers the requests that precede the response in a stream, and returns the response.
    async fn answer_requests(
        &self,
        mut reply: Response,
        asked: &mut Vec<Question>,
        answer: &mut impl FnMut(&Question) -> Value,
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
                    Question { key: id.to_string(), method: method.to_owned(), params: message["params"].clone() };
                let accepted = self.respond(id.clone(), answer(&question)).await;
                assert_eq!(accepted.status, 202);
                asked.push(question);
            }
        }
        panic!("the stream ended without a response");
    }

    /// Calls a tool and answers every question. Returns the result and the questions.
    pub async fn call_with_answers(
        &self,
        tool: &str,
        arguments: Value,
        answer: impl FnMut(&Question) -> Value,
    ) -> (Value, Vec<Question>) {
        let (mut response, asked) =
            self.response_with_answers("tools/call", call_params(tool, arguments), answer).await;
        assert!(response.get("error").is_none(), "{response}");
        (response["result"].take(), asked)
    }

    /// Builds the request that retries a call of a tool with answers and a request state.
    pub fn retry_request(&self, tool: &str, arguments: Value, responses: Value, state: Value) -> Request {
        let mut params = call_params(tool, arguments);
        params["inputResponses"] = responses;
        if !state.is_null() {
            params["requestState"] = state;
        }
        self.request(self.next_id(), "tools/call", params)
    }
}

/// Questions of an `input_required` result.
fn questions_in(response: &Value) -> Vec<Question> {
    let requests = response["result"]["inputRequests"].as_object().into_iter().flatten();
    requests
        .map(|(key, request)| Question {
            key: key.clone(),
            method: request["method"].as_str().unwrap_or_default().to_owned(),
            params: request["params"].clone(),
        })
        .collect()
}
