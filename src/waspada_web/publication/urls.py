from django.urls import path

from waspada_web.publication import views

urlpatterns = [
    path("hasil/<number:round_id>/tabel/<str:name>.csv", views.round_table, name="round_table"),
    path(
        "hasil/<number:round_id>/<str:code>/tabel/<str:name>.csv",
        views.region_table,
        name="region_table",
    ),
    path("hasil/<number:round_id>/<str:code>/laporan.pdf", views.region_report, name="report_pdf"),
    path("terbitkan/", views.publish, name="publish"),
]
