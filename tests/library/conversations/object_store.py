"""An S3 server on loopback, and the objects that a test puts there."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.request import Request, urlopen

import boto3
import pytest
from moto.server import ThreadedMotoServer
from s3fs import S3FileSystem

SECRET = "SECRET-ACCESS-KEY-OF-A-TEST"
BUCKET = "logs"


class Bucket:
    """One bucket of the server."""

    def __init__(self, client: Any) -> None:
        self._client = client
        client.create_bucket(Bucket=BUCKET)

    def put(self, key: str, data: bytes) -> str:
        """Put an object; returns its address."""
        self._client.put_object(Bucket=BUCKET, Key=key, Body=data)
        return f"s3://{BUCKET}/{key}"

    def delete(self, key: str) -> None:
        """Take an object away."""
        self._client.delete_object(Bucket=BUCKET, Key=key)


@contextmanager
def s3_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """A server with one empty bucket, and the environment in which the library finds it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    for name, value in {
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "key-of-a-test",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    S3FileSystem.clear_instance_cache()
    try:
        client = boto3.client("s3", endpoint_url=address)
        yield Bucket(client)
    finally:
        client.close()
        urlopen(Request(f"{address}/moto-api/reset", method="POST")).close()  # its objects outlive the server
        server.stop()
        S3FileSystem.clear_instance_cache()
