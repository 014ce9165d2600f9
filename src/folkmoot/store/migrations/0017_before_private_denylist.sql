-- Which software is not let into private communities, as the operator set it (VIS-4).
ALTER TABLE local_site ADD COLUMN private_denylist TEXT NOT NULL DEFAULT 'kbin,mbin';
