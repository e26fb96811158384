"""What schemathesis holds the service to: no answer is a failure of the service, and every one is JSON."""

import os

import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

FAULTS = set(os.environ["SERVICE_FAULTS"].split())

schemathesis.graphql.scalar(
    "DateTimeISO", st.datetimes().map(lambda moment: nodes.String(f"{moment.isoformat()}Z"))
)


@schemathesis.check
def answers_as_promised(ctx, response, case):
    """In place of `not_a_server_error`, to which an error of a resolver is a failure, also one that is documented."""
    assert response.status_code < 500, f"status {response.status_code}"
    content_type = response.headers.get("content-type", [""])[0]
    assert content_type.startswith("application/json"), f"content type {content_type}"
    codes = {error["extensions"]["code"] for error in response.json().get("errors", [])}
    assert not codes & FAULTS, f"codes {codes & FAULTS}"
