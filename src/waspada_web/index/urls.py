from django.urls import path

from waspada_web.index import views

urlpatterns = [
    path("putaran/<number:round_id>/<str:code>/tutup/", views.close, name="region_close"),
    path("putaran/<number:round_id>/<str:code>/hitung/", views.compute, name="region_measure"),
]
