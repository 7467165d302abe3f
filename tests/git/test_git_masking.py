from textwrap import dedent

import pytest

from tui.git.masking import MASK, mask_line, masked_lines


def shown(text: str) -> str:
    """The text as it would be drawn."""
    masked = masked_lines(text)
    return "\n".join(masked.get(number, line) for number, line in enumerate(text.split("\n"), start=1))


SECRETS = {
    "plain": """\
        apiVersion: v1
        kind: Secret
        metadata:
          name: db
        type: Opaque
        data:
          password: HUNTER2
          "quoted.key": 'HUNTER2'
        """,
    "data first": """\
        data:
          password: HUNTER2
        kind: Secret
        """,
    "stringData with a block": """\
        kind: Secret
        stringData:
          config.yaml: |
            user: HUNTER2

            - HUNTER2: HUNTER2
            {HUNTER2}
          # was HUNTER2
          other: "HUNTER2
            HUNTER2"
        """,
    "crlf": "kind: Secret\r\ndata:\r\n  password: HUNTER2\r\n",
    "in a list": """\
        kind: List
        items:
        - apiVersion: v1
          kind: Secret
          data:
            password: HUNTER2
        - apiVersion: v1
          kind: Secret
          stringData: {password: HUNTER2}
        """,
    "flow": "{apiVersion: v1, kind: Secret, data: {password: HUNTER2}}",
    "json": """\
        {
          "apiVersion": "v1",
          "data": {
            "password": "HUNTER2",
            "deeper": {"x": "HUNTER2"}
          },
          "kind": "Secret"
        }
        """,
    "json in one line": '{"data":{"password":"HUNTER2"},"kind":"Secret","stringData":{"a":"HUNTER2"}}',
    "json without indentation": '{\n"kind": "Secret",\n"data": {\n"password":\n"HUNTER2"\n}\n}',
    "inside a patch": """\
        kind: Kustomization
        patches:
          - patch: |
              kind: Secret
              stringData:
                password: HUNTER2
        """,
    "helm template": """\
        kind: Secret
        data:
          {{- range $key, $value := .Values.secrets }}
          {{ $key }}: {{ "HUNTER2" | b64enc }}
          {{- end }}
        """,
    "comment at the margin": """\
        kind: Secret
        data:
        # password: HUNTER2
          password: HUNTER2
        """,
    "secretGenerator": """\
        secretGenerator:
          - name: db
            literals:
              - password=HUNTER2
              - "token=HUNTER2"
          - name: more
            literals:
            - HUNTER2
        """,
    "private key": """\
        -----BEGIN OPENSSH PRIVATE KEY-----
        HUNTER2
        HUNTER2
        -----END OPENSSH PRIVATE KEY-----
        """,
}


@pytest.mark.parametrize("text", SECRETS.values(), ids=SECRETS.keys())
def test_no_secret_is_shown(text: str) -> None:
    text = dedent(text)
    assert "HUNTER2" not in shown(text)
    assert MASK in shown(text)


def test_names_and_the_rest_of_the_file_stay() -> None:
    text = dedent("""\
        apiVersion: v1
        kind: Secret
        metadata:
          name: db
        stringData:
          password: hunter2
          url: |
            postgres://x
        type: Opaque
        ---
        kind: ConfigMap
        data:
          password: not-a-secret
        """)
    assert shown(text) == dedent(f"""\
        apiVersion: v1
        kind: Secret
        metadata:
          name: db
        stringData:
          password: {MASK}
          url: {MASK}
            {MASK}
        type: Opaque
        ---
        kind: ConfigMap
        data:
          password: not-a-secret
        """)


@pytest.mark.parametrize(
    "text",
    [
        "kind: ConfigMap\ndata:\n  a: b\n",
        "kind: SecretStore\ndata:\n  a: b\n",
        "kind: HelmRelease\nspec:\n  valuesFrom:\n    - kind: Secret\n      name: x\n"
        "  values:\n    data:\n      a: b\n",
        "secretGenerator:\n  - name: x\n    files:\n      - tls.key=tls.key\n",
        "",
    ],
    ids=["config map", "secret store", "reference to a secret", "files of a generator", "empty"],
)
def test_nothing_else_is_masked(text: str) -> None:
    assert masked_lines(text) == {}


def test_sops() -> None:
    value = "ENC[AES256_GCM,data:abc,iv:def,tag:ghi,type:str]"
    assert mask_line(f"password: {value} # {value}") == "password: ENC[…] # ENC[…]"
    assert mask_line("password: ENC[AES256_GCM,data:cut off") == "password: ENC[…]"
    assert shown(f"kind: Secret\ndata:\n  password: {value}") == "kind: Secret\ndata:\n  password: ENC[…]"
