"""Where everything is."""

from django.urls import path

from . import pages
from .api import commands, documents, history, images, labs, scheduling

urlpatterns = [
    path("", pages.home),
    path("about/", pages.about),
    path("fidelity/", pages.fidelity),
    path("sandbox/", pages.sandbox),
    path("lessons/<slug:slug>/", pages.lesson),
    path("labs/<str:lab_id>", pages.lab),
    path("healthz", history.health),
    path("metrics", history.server_metrics),
    path("api/openapi.json", documents.openapi_document),
    path("api/socket.schema.json", documents.socket_document),
    path("api/labs", labs.labs),
    path("api/labs/<str:lab_id>", labs.lab),
    path("api/labs/<str:lab_id>/clock", labs.lab_clock),
    path("api/labs/<str:lab_id>/advance", labs.lab_advance),
    path("api/labs/<str:lab_id>/fork", labs.lab_fork),
    path("api/labs/<str:lab_id>/rewind", labs.lab_rewind),
    path("api/labs/<str:lab_id>/commands", commands.lab_commands),
    path("api/labs/<str:lab_id>/entries/<int:n>", commands.lab_entry),
    path("api/labs/<str:lab_id>/files", commands.lab_files),
    path("api/labs/<str:lab_id>/images", images.lab_images),
    path("api/labs/<str:lab_id>/images/file", images.lab_image_file),
    path("api/labs/<str:lab_id>/decision", scheduling.lab_decision),
    path("api/labs/<str:lab_id>/snapshot", history.lab_snapshot),
    path("api/labs/<str:lab_id>/log", history.lab_log),
    path("api/labs/<str:lab_id>/metrics", history.lab_metrics),
]

handler400 = pages.bad_request
handler404 = pages.not_found
handler500 = pages.broken
