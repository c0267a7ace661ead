// The pole of the cubic B-spline's inverse and its gain (Unser 1999, "Splines: a perfect fit").
#define POLE (-0.26794919243112270647f)
#define GAIN 6.0f
// |POLE|^24 is 2e-14: beyond what a float sum can feel.
#define HORIZON 24
