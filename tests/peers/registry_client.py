"""The registry's REST API over HTTP, for tests and programs that ask it what no client library asks."""
import http.client
import json
from urllib.parse import quote, urlsplit


class Answer:
    """A status, and a body that is JSON, as every answer's is."""

    def __init__(self, status, body):
        self.status, self.body = status, body

    def json(self):
        return json.loads(self.body.decode())

    @property
    def error_code(self):
        """Nothing where the request was carried out."""
        return None if self.status == 200 else self.json()["error_code"]

    def __repr__(self):
        return f"{self.status} {self.body[:300]!r}"


class RegistryClient:
    """One connection, kept open; `url` may have a path."""

    def __init__(self, url, timeout=60):
        parts = urlsplit(url)
        self.base = parts.path.rstrip("/")
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def ask(self, method, path, body=None, content_type="application/vnd.schemaregistry.v1+json"):
        """`body` is sent as JSON, or as it is where it is bytes."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        self.connection.request(method, self.base + path, data, {} if data is None else {"Content-Type": content_type})
        response = self.connection.getresponse()
        return Answer(response.status, response.read())

    def get(self, path):
        return self.ask("GET", path)

    def register(self, subject, schema, schema_type="AVRO", references=()):
        return self.ask("POST", f"/subjects/{quote(subject, safe='')}/versions", schema_body(schema, schema_type, references))

    def check(self, subject, schema, schema_type="AVRO", references=()):
        """Compares with what the subject's level asks for, with reasons."""
        return self.ask("POST", f"/compatibility/subjects/{quote(subject, safe='')}/versions?verbose=true",
                        schema_body(schema, schema_type, references))

    def configure(self, subject, level):
        return self.ask("PUT", f"/config/{quote(subject, safe='')}", {"compatibility": level})


def schema_body(schema, schema_type="AVRO", references=()):
    """`references` are triples of name, subject, version."""
    text = schema if isinstance(schema, str) else json.dumps(schema)
    return {"schemaType": schema_type, "schema": text,
            "references": [{"name": name, "subject": subject, "version": version} for name, subject, version in references]}
