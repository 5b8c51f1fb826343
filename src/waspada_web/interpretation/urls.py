from django.urls import path

from waspada_web.interpretation import views

urlpatterns = [
    path("hasil/", views.read, name="read"),
    path("hasil/<number:round_id>/", views.round_result, name="round_result"),
    path("hasil/<number:round_id>/<str:code>/", views.region_result, name="region_result"),
]
