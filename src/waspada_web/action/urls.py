from django.urls import path

from waspada_web.action import views

urlpatterns = [
    path("tindak-lanjut/", views.follow_up, name="follow_up"),
    path("tindak-lanjut/<number:round_id>/<str:code>/", views.region_plan, name="region_plan"),
    path(
        "tindak-lanjut/<number:round_id>/<str:code>/hapus/",
        views.drop_step,
        name="drop_step",
    ),
]
