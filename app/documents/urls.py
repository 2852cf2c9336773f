"""Addresses under /files/."""

from __future__ import annotations

from django.urls import path

from app.documents import views, views_upload

app_name = "documents"
urlpatterns = [
    path("of/<slug:slug>/<int:pk>/", views.of_record, name="of_record"),
    path("<int:pk>/download/", views.download, name="download"),
    path("<int:pk>/preview/", views.preview, name="preview"),
    path("<int:pk>/pictures/<int:page_>/", views.picture, name="picture"),
    path("<int:pk>/versions/", views.versions, name="versions"),
    path("<int:pk>/versions/<int:number>/", views.make_current, name="make_current"),
    path("<int:pk>/parts/", views_upload.parts, name="parts"),
    path("<int:pk>/confirm/", views_upload.confirm, name="confirm"),
    path("<int:pk>/cancel/", views_upload.cancel, name="cancel"),
    path("<int:pk>/rename/", views.rename, name="rename"),
    path("<int:pk>/delete/", views.delete, name="delete"),
    path("<int:pk>/restore/", views.restore, name="restore"),
    path("<int:pk>/purge/", views.purge, name="purge"),
]
