from django.urls import path

from waspada_web.collection import phone, views

REGION = "putaran/<number:round_id>/<str:code>/"
HALL = "kumpulkan/<number:round_id>/<str:code>/"

urlpatterns = [
    path("", views.home, name="home"),
    path("isi/", phone.answer, name="answer"),
    path("putaran/", views.prepare, name="prepare"),
    path("putaran/baru/", views.round_new, name="round_new"),
    path(REGION, views.round_region, name="round_region"),
    path(f"{REGION}rapat/", views.meeting, name="meeting_new"),
    path(f"{REGION}rapat/<number:meeting_id>/", views.meeting, name="meeting_change"),
    path(f"{REGION}rapat/<number:meeting_id>/kartu/", views.cards, name="cards"),
    path(f"{REGION}buka/", views.move, {"step": "open"}, name="region_open"),
    path(f"{REGION}hentikan/", views.move, {"step": "stop"}, name="intake_stop"),
    path(f"{REGION}lanjutkan/", views.move, {"step": "resume"}, name="intake_resume"),
    path("kumpulkan/", views.collect, name="collect"),
    path(HALL, views.count, name="count"),
    path(f"{HALL}layar/", views.hall, name="hall"),
]
