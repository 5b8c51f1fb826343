from django.urls import path

from waspada_web.start import views

urlpatterns = [path("contoh/hapus/", views.example_clear, name="example_clear")]
