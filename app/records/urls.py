"""Addresses of the pages of records; they come last, because the first word is any entity."""

from __future__ import annotations

from django.urls import path

from app.records import (
    views_bin,
    views_board,
    views_export,
    views_fields,
    views_form,
    views_list,
    views_record,
    views_search,
)

urlpatterns = [
    path("search/", views_search.search_page, name="search"),
    path("<slug:slug>/", views_list.record_list, name="record_list"),
    path("<slug:slug>/filter/", views_list.add_filter, name="record_filter"),
    path("<slug:slug>/columns/", views_list.choose_columns, name="record_columns"),
    path("<slug:slug>/bulk/", views_list.bulk, name="record_bulk"),
    path("<slug:slug>/export/", views_export.export, name="record_export"),
    path("<slug:slug>/lookup/", views_search.lookup, name="record_lookup"),
    path("<slug:slug>/board/", views_board.board_page, name="record_board"),
    path("<slug:slug>/board/cards/", views_board.more_cards, name="record_cards"),
    path("<slug:slug>/recycle-bin/", views_bin.recycle_bin, name="record_bin"),
    path("<slug:slug>/new/", views_form.new, name="record_new"),
    path("<slug:slug>/<int:pk>/", views_record.record, name="record"),
    path("<slug:slug>/<int:pk>/edit/", views_form.edit, name="record_edit"),
    path("<slug:slug>/<int:pk>/field/<slug:name>/", views_fields.edit_field, name="record_field"),
    path("<slug:slug>/<int:pk>/delete/", views_record.delete, name="record_delete"),
    path("<slug:slug>/<int:pk>/restore/", views_bin.restore, name="record_restore"),
    path("<slug:slug>/<int:pk>/move/", views_board.move, name="record_move"),
    path("<slug:slug>/<int:pk>/actions/<slug:name>/", views_record.act_on, name="record_action"),
]
