"""The document, and a viewer for it from this machine alone: no other host, no inline script."""

from flask import Blueprint, Response, jsonify, render_template

from core.api.openapi import document
from core.kernel.assets import vendor_url

_POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def add_viewer(blueprint: Blueprint, prefix: str) -> None:
    """`/openapi.json`, `/docs` and the viewer's own small script."""
    blueprint.add_url_rule(f"{prefix}/openapi.json", "openapi", _openapi)
    blueprint.add_url_rule(f"{prefix}/docs", "docs", _docs)
    blueprint.add_url_rule(f"{prefix}/docs.js", "docs_script", _script)


def _openapi() -> Response:
    return jsonify(document())


def _docs() -> Response:
    page = render_template(
        "api/docs.html",
        style=vendor_url("swagger-ui-dist/swagger-ui.css"),
        script=vendor_url("swagger-ui-dist/swagger-ui-bundle.js"),
    )
    answer = Response(page, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = _POLICY
    return answer


def _script() -> Response:
    started = (
        "SwaggerUIBundle({url: 'openapi.json', dom_id: '#viewer', deepLinking: true, validatorUrl: null});\n"
    )
    return Response(started, mimetype="text/javascript")
